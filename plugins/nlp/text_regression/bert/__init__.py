"""BERT and related models, fine-tuned for text regression. Importing this package imports no torch."""
