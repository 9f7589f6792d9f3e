"""Alembic's environment and the versions, shipped with the package and run by `engine.store.migrate`."""
