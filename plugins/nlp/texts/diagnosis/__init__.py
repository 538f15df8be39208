"""Rules about studies of texts that hold for every task, whatever is predicted."""
