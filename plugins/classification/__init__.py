"""What every task of classes shares, whatever its examples are: evaluation, comparison, metrics and figures."""
