"""A catalogue of books over HTTP: `GET /books?author=`, `POST /books`, `GET /health`."""

import json
import logging
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg.rows import DictRow, dict_row

FIND = """
    select isbn, title, author from books
    where %(author)s::text is null or lower(author) = lower(%(author)s) order by title
"""
ADD = """
    insert into books (isbn, title, author) values (%(isbn)s, %(title)s, %(author)s)
    returning isbn, title, author
"""
CONNECT_SECONDS = 2

log = logging.getLogger("catalogue")


def connect() -> psycopg.Connection[DictRow]:
    """A connection for one request. It commits when its `with` block ends well."""
    return psycopg.connect(
        os.environ["DATABASE_URL"], connect_timeout=CONNECT_SECONDS, row_factory=dict_row
    )


def find(author: str | None) -> list[DictRow]:
    """The books of an author, in any spelling of case, or all of them."""
    with connect() as library:
        return library.execute(FIND, {"author": author}).fetchall()


def add(book: dict[str, Any]) -> DictRow | None:
    """Add a book and return it as it was stored."""
    with connect() as library:
        return library.execute(ADD, book).fetchone()


class Catalogue(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """`/books`, with or without `?author=`, and `/health`."""
        url = urlsplit(self.path)
        try:
            if url.path == "/books":
                authors = parse_qs(url.query).get("author")
                self._answer(200, find(authors[0] if authors else None))
            elif url.path == "/health":
                find("nobody")
                self._answer(200, "ok")
            else:
                self._answer(404, "no such path")
        except psycopg.Error as error:
            self._answer(503, str(error))

    def do_POST(self) -> None:
        """`/books`: a JSON object with `isbn`, `title` and `author`."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/books":
            self._answer(404, "no such path")
            return
        try:
            self._answer(201, add(json.loads(body)))
        except psycopg.errors.UniqueViolation:
            self._answer(409, "there is a book with this ISBN")
        except psycopg.OperationalError as error:
            self._answer(503, str(error))
        except (ValueError, psycopg.Error) as error:
            self._answer(422, str(error))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log each request where everything else is logged."""
        log.info(format, *args)

    def _answer(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def stop(number: int, _: object) -> None:
    """End at once. As a container's first process, one that has no handler ignores the signal."""
    log.info("stopping: %s", signal.Signals(number).name)
    sys.exit(0)


def main() -> None:
    """Serve on all addresses, as a container must, on the port in PORT or 8000."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server = ThreadingHTTPServer(("", int(os.environ.get("PORT", "8000"))), Catalogue)
    log.info("serving on port %s", server.server_port)
    server.serve_forever()


if __name__ == "__main__":
    main()
