"""From the bytes of one or more Compose files to the one project that they describe."""
