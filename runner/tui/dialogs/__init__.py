"""Dialogs that ask the user something, on top of the screen that needs the answer."""
