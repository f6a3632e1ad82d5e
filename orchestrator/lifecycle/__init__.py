"""The life of a run: plans are walked, instances are started, waited for and removed."""
