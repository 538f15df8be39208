"""The schemas that were released, a file each."""
