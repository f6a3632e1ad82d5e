"""The shop over HTTP."""

import json
from functools import partial

from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from orders.models import Order, Product
from orders.tasks import pack


def shown(order: Order, status: int = 200) -> JsonResponse:
    """An order as the API shows it."""
    answer = {"number": order.pk, "sku": order.product_id, "count": order.count}
    return JsonResponse(answer | {"state": order.state}, status=status)


@require_POST
def create(request: HttpRequest) -> JsonResponse:
    """Place an order; the worker is told when it is committed."""
    wanted = json.loads(request.body)
    with transaction.atomic():
        product = Product.objects.filter(pk=wanted["sku"]).first()
        if product is None:
            return JsonResponse({"error": f"no product {wanted['sku']}"}, status=422)
        order = Order.objects.create(product=product, count=wanted["count"])
        transaction.on_commit(partial(pack.delay, order.pk))
    return shown(order, status=201)


@require_GET
def read(_: HttpRequest, number: int) -> JsonResponse:
    """An order as it stands."""
    order = Order.objects.filter(pk=number).first()
    if order is None:
        return JsonResponse({"error": f"no order {number}"}, status=404)
    return shown(order)


@require_GET
def health(_: HttpRequest) -> JsonResponse:
    """Whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"database": "ok"})
