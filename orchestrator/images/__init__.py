"""The images that a manifest needs: listed, fetched, locked, copied to a mirror."""
