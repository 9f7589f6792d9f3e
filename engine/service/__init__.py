"""The service: webhooks in, the API for people, the sweep that rings what waits."""
