"""The sample shop, played: the whole stack on this machine, eight tickets, and what became of them."""
