"""The service, its migrations and its seed, together."""

from pathlib import Path

import httpx
import psycopg
import pytest

MIGRATIONS = Path(__file__).parent.parent / "migrations"

Book = dict[str, str]


def test_every_migration_was_applied(library: psycopg.Connection) -> None:
    applied = library.execute("select name from migrations order by name").fetchall()

    assert [name for (name,) in applied] == sorted(file.name for file in MIGRATIONS.iterdir())


def test_the_seed_came_after_the_migrations(catalogue: httpx.Client) -> None:
    books = catalogue.get("/books", params={"author": "jane austen"}).json()

    assert [(book["title"], book["isbn"]) for book in books] == [
        ("Emma", "9780141439587"),
        ("Pride and Prejudice", "9780141439518"),
    ]


def test_names_keep_their_accents(catalogue: httpx.Client) -> None:
    (book,) = catalogue.get("/books", params={"author": "Charlotte Brontë"}).json()

    assert book["title"] == "Jane Eyre"


def test_an_added_book_is_found(
    catalogue: httpx.Client, library: psycopg.Connection, book: Book
) -> None:
    answer = catalogue.post("/books", json=book)

    assert (answer.status_code, answer.json()) == (201, book)
    assert catalogue.get("/books", params={"author": book["author"]}).json() == [book]
    stored = library.execute("select title from books where isbn = %s", [book["isbn"]])
    assert stored.fetchone() == (book["title"],)


def test_an_isbn_is_taken_once(catalogue: httpx.Client, book: Book) -> None:
    catalogue.post("/books", json=book)

    assert catalogue.post("/books", json=book).status_code == 409


@pytest.mark.parametrize("body", ["", "no json", '{"title": "Romola"}', "[]"])
def test_what_is_not_a_book_is_refused(catalogue: httpx.Client, body: str) -> None:
    assert catalogue.post("/books", content=body).status_code == 422


def test_an_unknown_path_is_not_found(catalogue: httpx.Client) -> None:
    assert catalogue.get("/authors").status_code == 404
