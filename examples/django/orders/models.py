"""What is stored."""

from django.db import models


class Product(models.Model):
    """What can be ordered, and how many there are."""

    sku = models.CharField(max_length=20, primary_key=True)
    stock = models.PositiveIntegerField()


class Order(models.Model):
    """So many of one product."""

    class State(models.TextChoices):
        """How far it has come."""

        PLACED = "placed"
        PACKED = "packed"
        SOLD_OUT = "sold out"

    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    count = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.PLACED)
