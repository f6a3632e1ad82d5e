"""ClickHouse: asked over HTTP."""

from __future__ import annotations

import gzip
import urllib.error
import urllib.request
from urllib.parse import unquote, urlsplit

from technology_case import BadSeed, TechnologyCase


def asked(url: str, query: str) -> str:
    parts = urlsplit(url)
    headers = {
        "X-ClickHouse-User": parts.username or "",
        "X-ClickHouse-Key": unquote(parts.password or ""),
    }
    place = f"http://{parts.hostname}:{parts.port}/?database={parts.path[1:]}"
    try:
        request = urllib.request.Request(place, query.encode(), headers)
        with urllib.request.urlopen(request, timeout=20) as reply:
            answer: bytes = reply.read()
            return answer.decode()
    except urllib.error.HTTPError as error:
        raise OSError(error.read().decode()) from error


SCHEMA = b"""
-- Nothing has to survive.
CREATE TABLE visits (id Int32, page String, note Nullable(String)) ENGINE = Memory;
CREATE TABLE archive.visits (id Int32) ENGINE = Memory;
INSERT INTO visits VALUES (1, 'a;b', NULL)
"""

CLICKHOUSE = TechnologyCase(
    use="clickhouse",
    section="databases",
    settings={"database": ["shop", "archive"]},
    hello=lambda url: asked(url, "SELECT 1"),
    good={
        "schema.sql": SCHEMA,
        "more.sql.gz": gzip.compress(b"INSERT INTO visits VALUES (2, 'gz', '')\n;\n"),
        "visits.csv": b'page,id\n"line\nbreak, ""quoted""",3\n',
        "archive.visits.csv": b"id\n7\n",
    },
    function="""
import urllib.request
query = "INSERT INTO visits VALUES (4, 'function', '%s')" % resource.database
place = "http://%s:%s/?database=%s" % (resource.host, resource.port, resource.database)
headers = {"X-ClickHouse-User": resource.user, "X-ClickHouse-Key": resource.password}
urllib.request.urlopen(urllib.request.Request(place, query.encode(), headers)).close()
""",
    script="""
clickhouse-client --database "$RESOURCE_DATABASE" \\
  --query "INSERT INTO visits VALUES (5, '$RESOURCE_HOST', NULL)"
""",
    seeded=lambda url: (
        asked(url, "SELECT * FROM visits ORDER BY id"),
        asked(url, "SELECT * FROM archive.visits"),
    ),
    expected=lambda inside: (
        (
            '1\ta;b\t\\N\n2\tgz\t\n3\tline\\nbreak, "quoted"\t\\N\n'
            f"4\tfunction\tshop\n5\t{inside.host}\t\\N\n"
        ),
        "7\n",
    ),
    bad=(
        BadSeed(
            "bad.sql",
            b"SELECT 1;\n\nSELECT 2\n  FORM system.one one;\n",
            r"\Abad\.sql:4: Code: 62\. DB::Exception: Syntax error at `system\.one one;`\.",
        ),
        BadSeed(
            "system.none.csv",
            b"dummy\n1\n",
            r"system\.none\.csv: (?s:.)*Table system\.none doesn't exist",
        ),
    ),
    short=True,
)
