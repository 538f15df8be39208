"""What a data set and a configuration promise, before hours are spent on them; shared by the task's models."""
