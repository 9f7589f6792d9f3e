"""Ticketing platforms: what comes in by webhook, what goes out by API. `base` has the interface."""
