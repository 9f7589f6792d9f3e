"""Stand-ins for testing: they speak the real interfaces, over real HTTP, and can be made to fail on demand."""
