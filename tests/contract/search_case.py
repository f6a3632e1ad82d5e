"""Elasticsearch and OpenSearch: asked over HTTP."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import replace
from typing import Any

from technology_case import BadSeed, TechnologyCase


def got(url: str, path: str) -> Any:
    with urllib.request.urlopen(url + path, timeout=20) as reply:
        return json.load(reply)


def everything(url: str) -> object:
    """What is in the index of books, a field's type there, and how the cluster is."""
    found = got(url, "/books/_search?sort=year&size=99")["hits"]["hits"]
    fields = got(url, "/books/_mapping")["books"]["mappings"]["properties"]
    return (
        [(one["_id"], one["_source"]) for one in found],
        fields["title"]["type"],
        got(url, "/_cluster/health")["status"],
    )


INDICES = b"""
books:
  settings: {number_of_replicas: 1}
  mappings:
    properties: {title: {type: keyword}, year: {type: integer}}
"""

BOOKS = """\
{"index": {"_index": "books", "_id": "1"}}
{"title": "Emma", "year": 1815}

{"create": {"_index": "books", "_id": "2"}}
{"title": "Bl\u00e9ak House", "year": 1853}
{"index": {"_index": "books", "_id": "3"}}
{"title": "Ulysses", "year": 1922}
{"delete": {"_index": "books", "_id": "3"}}
{"update": {"_index": "books", "_id": "2"}}
{"doc": {"year": 1852}}
"""

FUNCTION = """
import json, urllib.request
book = json.dumps({"title": "function", "year": 1}).encode()
request = urllib.request.Request(resource.url + "/books/_doc/4?refresh=true", book,
                                 {"Content-Type": "application/json"})
urllib.request.urlopen(request).close()
"""

SCRIPT = """
curl --fail --silent "$RESOURCE_URL/books/_doc/5?refresh=true" \\
  --header 'Content-Type: application/json' \\
  --data '{"title": "'"$RESOURCE_HOST"'", "year": 2}'
"""

ELASTICSEARCH = TechnologyCase(
    use="elasticsearch",
    section="databases",
    hello=lambda url: got(url, "/_search"),
    good={"indices.yaml": INDICES, "books.ndjson": BOOKS.encode()},
    function=FUNCTION,
    script=SCRIPT,
    seeded=everything,
    expected=lambda inside: (
        [
            ("4", {"title": "function", "year": 1}),
            ("5", {"title": inside.host, "year": 2}),
            ("1", {"title": "Emma", "year": 1815}),
            ("2", {"title": "Bl\u00e9ak House", "year": 1852}),
        ],
        "keyword",
        "yellow",
    ),
    bad=(),
    settings={"limits": {"memory": "1g"}},
    short=True,
)

REFUSED = b"""\
{"index": {"_index": "books"}}
{"year": 1}
{"index": {"_index": "books"}}
{"year": "x"}
"""

# They start for seconds, and refuse in the same words: one of them shows it.
OPENSEARCH = replace(
    ELASTICSEARCH,
    use="opensearch",
    bad=(
        BadSeed(
            "bad.ndjson",
            REFUSED,
            r"bad\.ndjson:4: mapper_parsing_exception: failed to parse field \[year\] of type",
        ),
    ),
)
