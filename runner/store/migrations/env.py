"""Alembic runs this file to apply or draft migrations; `runner.store.migrate` gives it its connection."""

from alembic import context

from runner.store.migrate import options

context.configure(connection=context.config.attributes["connection"], **options())
with context.begin_transaction():
    context.run_migrations()
