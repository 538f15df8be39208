"""Rules about a study that hold for every task, and what all rules are given."""
