"""The most frequent tag of each word: the baseline of token classification."""
