"""The sample shop, played: the whole stack on this machine, six tickets, and what became of them."""
