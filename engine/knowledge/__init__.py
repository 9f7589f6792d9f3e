"""The team's articles, indexed and searched. `engine.knowledge.base` holds the types, `library` the index."""
