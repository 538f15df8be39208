"""Rules about a study that hold for every task, and the input that every rule receives."""
