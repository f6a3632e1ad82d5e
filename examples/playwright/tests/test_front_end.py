"""The page, step by step as a browser takes them."""

from playwright.sync_api import APIRequestContext, Playwright, expect


def test_the_page_comes(web: APIRequestContext) -> None:
    page = web.get("/")

    expect(page).to_be_ok()
    assert "Free seats" in page.text()


def test_the_browser_is_told_where_it_finds_the_api(
    web: APIRequestContext, playwright: Playwright
) -> None:
    address = web.get("/config.json").json()["api"]

    outside = playwright.request.new_context()
    assert "a4" in outside.get(f"{address}/seats").json()
    outside.dispose()


def test_the_browser_may_read_what_the_api_answers(web: APIRequestContext) -> None:
    address = web.get("/config.json").json()["api"]

    answer = web.get(f"{address}/seats")

    page = answer.headers["access-control-allow-origin"]
    assert web.get(f"{page}/config.json").json()["api"] == address


def test_the_front_end_finds_it_by_another_address(
    web: APIRequestContext, api: APIRequestContext
) -> None:
    api.put("/seats/b1", data={"name": "ada"})

    free = web.get("/api/seats").json()

    assert "b1" not in free
    assert free == api.get("/seats").json()
