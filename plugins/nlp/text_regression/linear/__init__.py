"""TF-IDF and ridge regression: the baseline that every study of a larger model is measured against."""
