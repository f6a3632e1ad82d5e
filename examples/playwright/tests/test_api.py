"""The API itself."""

from playwright.sync_api import APIRequestContext, expect


def test_a_seat_is_taken_and_given_back(api: APIRequestContext) -> None:
    taken = api.put("/seats/a1", data={"name": "ada"})

    expect(taken).to_be_ok()
    assert taken.json() == {"seat": "a1", "name": "ada"}
    assert "a1" not in api.get("/seats").json()

    expect(api.delete("/seats/a1")).to_be_ok()
    assert "a1" in api.get("/seats").json()


def test_a_seat_is_taken_once(api: APIRequestContext) -> None:
    api.put("/seats/a2", data={"name": "ada"})

    second = api.put("/seats/a2", data={"name": "bob"})

    assert (second.status, second.json()["detail"]) == (409, "a2 is taken")


def test_what_the_seed_took_is_taken(api: APIRequestContext) -> None:
    assert api.put("/seats/b4", data={"name": "ada"}).status == 409


def test_a_seat_that_is_not_there(api: APIRequestContext) -> None:
    assert api.put("/seats/z9", data={"name": "ada"}).status == 404


def test_a_reservation_has_a_name(api: APIRequestContext) -> None:
    expect(api.put("/seats/a3", data={"name": ""})).not_to_be_ok()
