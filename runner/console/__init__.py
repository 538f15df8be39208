"""What the commands print: JSON answers, tables, and the narration of a running study."""
