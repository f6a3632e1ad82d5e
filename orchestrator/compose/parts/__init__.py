"""One key of a service after the other, in the words of a manifest."""
