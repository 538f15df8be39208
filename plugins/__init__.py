"""The models, in folders named as the catalog names them."""
