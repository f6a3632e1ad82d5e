"""The shop as it runs: its web server, its worker, and its database seen past both."""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import django
import httpx
import pytest

DEADLINE = 10.0
INTERVAL = 0.02

Json = dict[str, Any]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webshop.settings")
django.setup()


@pytest.fixture(scope="session")
def web() -> Iterator[httpx.Client]:
    """The web server."""
    with httpx.Client(base_url=os.environ["WEB_URL"]) as client:
        yield client


@pytest.fixture
def order(web: httpx.Client) -> Callable[[str, int], Json]:
    """Order so many of a product, and wait until the worker has had it."""

    def place(sku: str, count: int) -> Json:
        placed = web.post("/orders", json={"sku": sku, "count": count}).raise_for_status().json()
        deadline = time.monotonic() + DEADLINE
        while (found := web.get(f"/orders/{placed['number']}").json())["state"] == "placed":
            if time.monotonic() > deadline:
                pytest.fail(f"still so after {DEADLINE} s: {found}")
            time.sleep(INTERVAL)
        return dict(found)

    return place
