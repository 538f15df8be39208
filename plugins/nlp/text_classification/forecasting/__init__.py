"""A forecast for a data set and a configuration, before hours are spent on them; shared by the task's models."""
