"""The tests on several versions at once: one run for each combination, and one table at the end."""
