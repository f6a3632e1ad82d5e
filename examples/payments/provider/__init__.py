"""Somebody else's payment API, small enough to run beside the service that uses it.

Version 1 sends `settled_at` as RFC 3339. Version 2, one day, sends `DD/MM/YYYY` instead.
"""
