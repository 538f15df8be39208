"""The store: `studies.db`, and the only door to it.

`runner.store.store.Store` reads and writes; `runner.store.records` are what it takes and gives. Importing this
package, or the records alone, imports neither SQLAlchemy nor Optuna.
"""
