"""Runs the versions on the connection and in the transaction that `engine.store.migrate` hands over."""

from alembic import context

from engine.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
