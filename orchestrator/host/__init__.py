"""This machine: where manifests are found, what is known of it, who its user is."""
