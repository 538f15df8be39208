"""Tables of any usual file format, for every task: every guess is stated, and lost rows are counted."""
