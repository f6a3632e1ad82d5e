"""The consumer's half: what it expects is tried on a stand-in, and written down as the contract."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pact import Pact, match

from checkout.inventory import Inventory, SoldOutError

CONTRACTS = Path(__file__).parents[2] / "contracts"


@pytest.fixture(scope="session", autouse=True)
def nothing_of_an_earlier_session() -> None:
    """Begin the contract anew, so that what no test expects any more is no part of it."""
    (CONTRACTS / "checkout-inventory.json").unlink(missing_ok=True)


@pytest.fixture
def contract() -> Iterator[Pact]:
    """What one test expects; it is added to the contract at its end."""
    contract = Pact("checkout", "inventory")
    yield contract
    contract.write_file(CONTRACTS)


def test_the_count_of_an_article(contract: Pact) -> None:
    (
        contract.upon_receiving("a question for an article")
        .given("there are articles", sku="tea", count=3)
        .with_request("GET", "/articles/tea")
        .will_respond_with(200)
        .with_body({"sku": "tea", "count": match.int(3)})
    )

    with contract.serve() as server, httpx.Client(base_url=str(server.url)) as http:
        assert Inventory(http).count("tea") == 3


def test_an_article_that_nobody_knows(contract: Pact) -> None:
    (
        contract.upon_receiving("a question for an unknown article")
        .with_request("GET", "/articles/ambrosia")
        .will_respond_with(404)
    )

    with contract.serve() as server, httpx.Client(base_url=str(server.url)) as http:
        assert Inventory(http).count("ambrosia") == 0


def test_taking_what_is_there(contract: Pact) -> None:
    (
        contract.upon_receiving("the wish for two of three")
        .given("there are articles", sku="tea", count=3)
        .with_request("POST", "/articles/tea/taken")
        .with_body({"count": 2})
        .will_respond_with(200)
        .with_body({"count": match.int(1)})
    )

    with contract.serve() as server, httpx.Client(base_url=str(server.url)) as http:
        assert Inventory(http).take("tea", 2) == 1


def test_taking_too_many(contract: Pact) -> None:
    (
        contract.upon_receiving("the wish for two of one")
        .given("there are articles", sku="tea", count=1)
        .with_request("POST", "/articles/tea/taken")
        .with_body({"count": 2})
        .will_respond_with(409)
    )

    with contract.serve() as server, httpx.Client(base_url=str(server.url)) as http:
        inventory = Inventory(http)
        with pytest.raises(SoldOutError):
            inventory.take("tea", 2)
