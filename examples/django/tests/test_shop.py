"""Web server, broker, worker and database, together. Each test orders a product of its own."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from orders.models import Order, Product

Place = Callable[[str, int], dict[str, Any]]


@pytest.fixture
def product() -> Product:
    """A product of this test alone, of which there are ten."""
    return Product.objects.create(sku=uuid4().hex[:20], stock=10)


def test_the_seed_came_after_the_migrations() -> None:
    assert Product.objects.filter(sku__in=["tea", "cups"]).count() == 2


def test_the_worker_packs_what_was_ordered(order: Place, product: Product) -> None:
    assert order(product.sku, 4)["state"] == "packed"

    product.refresh_from_db()
    assert product.stock == 6


def test_too_many_are_sold_out(order: Place, product: Product) -> None:
    assert order(product.sku, 11)["state"] == "sold out"

    product.refresh_from_db()
    assert product.stock == 10


def test_the_stock_ends_where_the_orders_do(order: Place, product: Product) -> None:
    states = [order(product.sku, 4)["state"] for _ in range(3)]

    assert states == ["packed", "packed", "sold out"]
    assert Order.objects.filter(product=product, state="packed").count() == 2


def test_an_unknown_product_is_refused(web: httpx.Client) -> None:
    answer = web.post("/orders", json={"sku": "ambrosia", "count": 1})

    assert (answer.status_code, answer.json()) == (422, {"error": "no product ambrosia"})


def test_an_unknown_order_is_not_found(web: httpx.Client) -> None:
    assert web.get("/orders/0").status_code == 404
