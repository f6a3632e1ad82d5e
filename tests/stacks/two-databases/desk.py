"""Takes orders (`POST /`, the body is what is ordered), and keeps a trail of them elsewhere."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg

ADD = "insert into orders (sku) values (%s) returning id"
NOTE = "insert into events (what) values (%s)"


class Desk(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def do_POST(self) -> None:
        sku = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with (
            psycopg.connect(os.environ["ORDERS_URL"]) as orders,
            psycopg.connect(os.environ["AUDIT_URL"]) as audit,
        ):
            (number,) = orders.execute(ADD, [sku]).fetchone()
            audit.execute(NOTE, [f"order {number}: {sku}"])
        self.send_response(201)
        self.end_headers()
        self.wfile.write(str(number).encode())


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Desk).serve_forever()
