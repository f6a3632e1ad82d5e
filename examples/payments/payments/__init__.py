"""A small payment service: an HTTP API and a worker, joined by a ledger and a broker."""
