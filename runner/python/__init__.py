"""The objects of `runner.api`: studies, data frames, and how they look in a notebook."""
