"""What the checkout knows of the inventory's API."""

from dataclasses import dataclass

import httpx


class SoldOutError(Exception):
    """There are not so many."""


@dataclass(frozen=True)
class Inventory:
    """The inventory at a base URL, as an HTTP client that knows it."""

    http: httpx.Client

    def count(self, sku: str) -> int:
        """How many there are; of an article that nobody knows, none."""
        answer = self.http.get(f"/articles/{sku}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return 0
        answer.raise_for_status()
        return int(answer.json()["count"])

    def take(self, sku: str, count: int) -> int:
        """Take so many, and return how many are left. Raises SoldOutError if there are too few."""
        answer = self.http.post(f"/articles/{sku}/taken", json={"count": count})
        if answer.status_code == httpx.codes.CONFLICT:
            raise SoldOutError(sku)
        answer.raise_for_status()
        return int(answer.json()["count"])
