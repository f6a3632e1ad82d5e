"""A project whose tests write the same everywhere, and would fail if they saw each other."""

from __future__ import annotations

import sys

MANIFEST = """
name: sliced
databases:
  ledger: {use: postgres, seed: [schema.sql], isolation: test}
  cache: {use: redis, seed: [keys.redis], isolation: CACHE}
  shared: {use: redis, seed: [keys.redis]}
"""

FOLLOWED = f"""
name: followed
databases:
  ledger: {{use: postgres, seed: [schema.sql], isolation: test}}
  cache: {{use: redis, seed: [keys.redis], isolation: test}}
services:
  books:
    command: [{sys.executable}, -u, books.py]
    ports: [80]
    env: {{LEDGER: "${{ledger.url}}"}}
    ready: {{http: /}}
    follows: [ledger]
  counter:
    COUNTER
    ports: [80]
    env: {{CACHE_HOST: "${{cache.host}}", CACHE_PORT: "${{cache.port}}",
           CACHE_PASSWORD: "${{cache.password}}", CACHE_DATABASE: "${{cache.database}}"}}
    ready: {{http: /}}
    follows: [cache]
"""

COUNTERS = {
    "docker": """
    image: python:3.11-slim
    command: [python, -u, /counter.py]
    files: {/counter.py: counter.py}
""".strip(),
    "process": f"command: [{sys.executable}, -u, counter.py]",
}
"""What counts, on either engine."""

SERVER = """
import http.server

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer("ready" if self.path == "/" else read())
    def do_POST(self):
        self.answer(write())
    def answer(self, words):
        data = str(words).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

http.server.ThreadingHTTPServer(ADDRESS, Handler).serve_forever()
"""

FILES = {
    "schema.sql": "create table rows (id int primary key, words text);\n"
    "insert into rows values (1, 'seeded');\n",
    "keys.redis": "SET seeded yes\n",
    "books.py": """
import os, psycopg
ADDRESS = ("127.0.0.1", int(os.environ["PORT"]))

def ask(query):
    with psycopg.connect(os.environ["LEDGER"]) as connection:
        return connection.execute(query).fetchone()[0]

def read():
    return ask("select count(*) from rows")

def write():
    return ask("insert into rows values (2, 'written') returning id")
"""
    + SERVER,
    "counter.py": """
import os, socket
ADDRESS = ("127.0.0.1", int(os.environ["PORT"])) if "PORT" in os.environ else ("", 80)

def ask(*words):
    server = socket.create_connection((os.environ["CACHE_HOST"], int(os.environ["CACHE_PORT"])))
    def say(*words):
        parts = [b"$%d\\r\\n%s\\r\\n" % (len(word), word) for word in map(str.encode, words)]
        server.sendall(b"*%d\\r\\n" % len(words) + b"".join(parts))
        return server.recv(1000).decode().strip(":+\\r\\n")
    say("AUTH", os.environ["CACHE_PASSWORD"])
    say("SELECT", os.environ["CACHE_DATABASE"])
    with server:
        return say(*words)

def read():
    return ask("DBSIZE")

def write():
    return ask("INCR", "written")
"""
    + SERVER,
}

ALONE = """
import os, psycopg, pytest, redis

def note(environment):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with open("notes.txt", "a") as file:
        file.write(f"{environment.run} {worker} {environment.name}\\n")

@pytest.mark.parametrize("number", range(NUMBER))
def test_writes_the_same_everywhere(environment, number):
    note(environment)
    with psycopg.connect(environment["ledger"].url, autocommit=True) as ledger:
        assert ledger.execute("select id, words from rows").fetchall() == [(1, "seeded")]
        ledger.execute("update rows set words = 'changed'")
        ledger.execute("insert into rows values (2, 'written')")
        ledger.execute("create table made (id int)")
        assert ledger.execute("select words from rows order by id").fetchall() == [
            ("changed",), ("written",)
        ]
    assert environment.variables["LEDGER_URL"] == environment["ledger"].url
    assert environment.variables["GREENROOM_SLICE"] == environment.name
    assert environment["shared"].url.endswith("/0")
"""

CACHE_PER_TEST = """
    cache = redis.Redis.from_url(environment["cache"].url)
    assert cache.keys() == [b"seeded"]
    assert cache.incr("written") == 1
    cache.delete("seeded")
"""

CACHE_PER_WORKER = """
    cache = redis.Redis.from_url(environment["cache"].url)
    assert cache.get("seeded") == b"yes"
    me = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    assert (cache.get("worker") or me.encode()) == me.encode()
    cache.set("worker", me)
    cache.rpush("tests", environment.name)
    with open(f"cache-{me}.txt", "a") as file:
        file.write(f"{environment['cache'].url} {cache.llen('tests')}\\n")
"""

THROUGH_SERVICES = """
import os, psycopg, pytest, redis, urllib.request

def ask(url, data=None):
    with urllib.request.urlopen(url, data, timeout=20) as answer:
        return answer.read().decode()

@pytest.mark.parametrize("number", range(4))
def test_writes_the_same_through_a_service(environment, number):
    books = environment["books"].url
    assert environment.variables["BOOKS_URL"] == books
    assert ask(f"{books}/rows") == "1"
    assert ask(f"{books}/rows", b"") == "2"
    assert ask(f"{books}/rows") == "2"
    with psycopg.connect(environment["ledger"].url) as ledger:
        assert ledger.execute("select words from rows where id = 2").fetchone() == ("written",)

    counter = environment["counter"].url
    assert ask(f"{counter}/keys") == "1"
    assert ask(f"{counter}/keys", b"") == "1"
    assert redis.Redis.from_url(environment["cache"].url).get("written") == b"1"
    with open("notes.txt", "a") as file:
        file.write(f"{environment.run} {books} {counter}\\n")
"""
