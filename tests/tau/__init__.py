"""The shop of tau-bench's retail tasks: its data, its policy as grants, and what the engine makes of them.

The data lie beside the checkout (`../shared/data/tau-retail`, with their source and licence); none of them are here.
"""
