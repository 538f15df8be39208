"""Alembic's scripts: `env.py` is run by Alembic, `versions` holds one file for each released schema."""
