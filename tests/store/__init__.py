"""The store, on SQLite and PostgreSQL, with real processes where it counts."""
