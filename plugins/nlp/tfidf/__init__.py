"""TF-IDF over words and word sequences: what the linear models of all tasks on texts share."""
