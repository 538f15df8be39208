"""Linear models of tables: logistic and ridge regression on standardised numbers and one-hot categories."""
