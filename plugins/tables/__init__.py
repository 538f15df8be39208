"""Tables of any usual file format, for every task: what is guessed is stated, and no row is lost without a number."""
