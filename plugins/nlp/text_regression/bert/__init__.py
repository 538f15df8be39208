"""BERT and its kin, fine-tuned for text regression. Importing this package imports no torch."""
