"""The task of token classification: a tag for each word, such as the names of people and places in a text."""
