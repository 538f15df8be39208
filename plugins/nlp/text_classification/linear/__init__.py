"""TF-IDF and logistic regression: the baseline that every study of a larger model is measured against."""
