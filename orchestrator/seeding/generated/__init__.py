"""Rows that a file describes and nobody has written: the same ones each time.

No row depends on the day, on the machine or on the other fields: each field draws from a source of
its own, which is made of the file's seed, the table's name and the field's.
"""

from orchestrator.seeding.generated.making import generate

__all__ = ["generate"]
