"""What is known of models by name, as data: what they can do, how much they read, and what they cost, with the date and
the source of the prices (`models.json`). The checker and the adapters read it; neither has figures of its own."""

from engine.catalogue.known import (
    KEYS,
    PROVIDERS,
    Known,
    image_tokens,
    known,
    names,
    since,
    source,
    store_vendor,
    vendor,
)

__all__ = ["KEYS", "PROVIDERS", "Known", "image_tokens", "known", "names", "since", "source", "store_vendor", "vendor"]
