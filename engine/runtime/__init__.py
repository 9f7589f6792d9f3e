"""Runs a plan as one durable Temporal workflow a ticket.

`workflow` and `run/` are workflow code: they import the plan, `expressions.evaluate` and temporalio, nothing else.
Everything that touches the store, a model, a tool or a channel is in `activities/`.
"""
