"""TF-IDF and logistic regression: the baseline that every study of a larger model is measured against."""

from plugins.nlp.text_classification.linear.descriptor import model

__all__ = ["model"]
