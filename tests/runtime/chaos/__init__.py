"""Refunds while everything around them fails: worker, service, Temporal and the shop are killed, or stopped and
continued, answers get lost, Temporal is set back or a run is reset, and the customer wants a person in between.

`drawn` draws a schedule from a seed, `processes` are what it strikes, `conducted` plays it, and `judged` tells from the
shop's books, the platform and the store what is wrong at its end. A strike falls at one exact point of the worker's
way: the worker strikes it itself. ENGINE_SEED=N plays one schedule again, ENGINE_SEED=N-M several.
"""
