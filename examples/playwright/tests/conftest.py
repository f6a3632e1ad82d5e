"""Playwright's request contexts: what a browser would send, without a browser."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import APIRequestContext, Playwright, sync_playwright


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver, which comes with its package."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def api(playwright: Playwright) -> Iterator[APIRequestContext]:
    """The API, as this host sees it. Every seat that a test takes is free again at its end."""
    context = playwright.request.new_context(base_url=os.environ["API_URL"])
    before = context.get("/seats").json()
    yield context
    for seat in set(before) - set(context.get("/seats").json()):
        context.delete(f"/seats/{seat}")
    context.dispose()


@pytest.fixture
def web(playwright: Playwright) -> Iterator[APIRequestContext]:
    """The front end, with the headers that a browser adds to what its page sends."""
    url = os.environ["WEB_URL"]
    context = playwright.request.new_context(base_url=url, extra_http_headers={"Origin": url})
    yield context
    context.dispose()
