"""Makes the reference pages of the documentation from the program itself."""
