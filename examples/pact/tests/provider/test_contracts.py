"""The provider's half: the service as it runs, on its real database, keeps its contracts."""

import os
from pathlib import Path
from typing import Any

import psycopg
from pact import Verifier

CONTRACTS = Path(__file__).parents[2] / "contracts"


def there_are_articles(parameters: dict[str, Any]) -> None:
    """The state that a contract wants the provider in: rows of its database, and no others."""
    with psycopg.connect(os.environ["STOCK_URL"]) as stock:
        stock.execute("truncate articles")
        stock.execute("insert into articles values (%(sku)s, %(count)s)", parameters)


def test_the_inventory_keeps_its_contracts() -> None:
    verifier = (
        Verifier("inventory", host=os.environ["INVENTORY_HOST"])
        .add_transport(url=os.environ["INVENTORY_URL"])
        .add_source(CONTRACTS)
        .set_error_on_empty_pact()
        .set_coloured_output(enabled=False)
        .state_handler({"there are articles": there_are_articles})
    )

    verifier.verify()
