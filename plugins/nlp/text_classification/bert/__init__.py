"""BERT and related models, fine-tuned for text classification. Importing this package imports no torch."""
