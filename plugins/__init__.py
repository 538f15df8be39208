"""The models, in folders that have the names of the catalog."""
