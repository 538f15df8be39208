"""What `runner.api` offers: studies as objects, data frames, and how they look in a notebook."""
