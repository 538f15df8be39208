"""What asks a person something, over the screen that wants to know."""
