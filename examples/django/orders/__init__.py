"""Orders, which a worker packs."""
