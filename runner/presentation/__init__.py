"""How things are said, for every front end."""
