"""The BERT family for token classification: configuration, windows, head and loss; the rest is `encoders`."""
