"""Texts for the models of every task on texts: columns that hold them, duplicates, language, words."""
