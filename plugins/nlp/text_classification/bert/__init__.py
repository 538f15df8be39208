"""BERT and its kin, fine-tuned for text classification. Importing this package imports no torch."""
