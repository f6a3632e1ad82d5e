"""The worker's task alone, by Django's own test runner, which makes a database for itself."""

from django.core.management import call_command
from django.test import TestCase

from orders.models import Order, Product
from orders.tasks import pack


class Packing(TestCase):
    """What packing an order does to the stock."""

    def setUp(self) -> None:
        self.product = Product.objects.create(sku="pots", stock=5)

    def packed(self, count: int) -> Order:
        """An order of so many, after the worker has had it twice."""
        order = Order.objects.create(product=self.product, count=count)
        pack(order.pk)
        pack(order.pk)
        order.refresh_from_db()
        self.product.refresh_from_db()
        return order

    def test_articles_are_taken_once(self) -> None:
        assert self.packed(2).state == "packed"
        assert self.product.stock == 3

    def test_what_is_sold_out_takes_nothing(self) -> None:
        assert self.packed(6).state == "sold out"
        assert self.product.stock == 5

    def test_the_models_ask_for_no_further_migration(self) -> None:
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
