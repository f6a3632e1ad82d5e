"""What the worker does."""

from celery import shared_task
from django.db import transaction

from orders.models import Order, Product


@shared_task
def pack(number: int) -> None:
    """Take an order's articles from the stock; a second time changes nothing."""
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=number)
        if order.state != Order.State.PLACED:
            return
        product = Product.objects.select_for_update().get(pk=order.product_id)
        if product.stock < order.count:
            order.state = Order.State.SOLD_OUT
        else:
            product.stock -= order.count
            product.save()
            order.state = Order.State.PACKED
        order.save()
