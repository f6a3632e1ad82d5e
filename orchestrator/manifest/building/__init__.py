"""The model's entries become resources: defaults filled in, the technology's part merged."""
