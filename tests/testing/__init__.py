"""The stand-ins themselves: what other tests lean on must hold."""
