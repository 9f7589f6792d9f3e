"""Models: one request, one answer, one adapter a provider. `engine.models.base` holds the types."""
