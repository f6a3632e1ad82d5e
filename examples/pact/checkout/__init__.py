"""The consumer: a checkout that asks the inventory what there is, and takes it."""
