"""One file a revision, oldest first. A released one is never changed."""
