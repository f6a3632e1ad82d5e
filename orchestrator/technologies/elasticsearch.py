"""Elasticsearch and OpenSearch, one node alone, where everybody gets in.

Settings: https://www.elastic.co/docs/deploy-manage/deploy/self-managed/install-elasticsearch-docker-configure,
https://docs.opensearch.org/latest/install-and-configure/install-opensearch/docker/
"""

from __future__ import annotations

from orchestrator.model.loader import WireLoader
from orchestrator.model.technology import Technology
from orchestrator.technologies.parts.documents import SUFFIXES
from orchestrator.technologies.parts.ready_by_http import answers
from orchestrator.technologies.parts.search_words import (
    check_documents,
    make_indices,
    put_documents,
    read_indices,
)

HEALTH = "/_cluster/health?wait_for_status=yellow&timeout=1s"
"""Answered with 408 where not all indices have their data; green would need a second node."""

HEAP = "-Xms512m -Xmx512m"

ALONE = {
    "discovery.type": "single-node",
    # On a disk that is nearly full, an index would never become yellow.
    "cluster.routing.allocation.disk.threshold_enabled": "false",
}


def made(name: str, called: str, image: str, version: str, env: dict[str, str]) -> Technology:
    """Return the technology; both speak the same protocol, as far as it is spoken here."""
    return Technology(
        name=name,
        about=f"{called}, a search engine",
        section="databases",
        image=image,
        version=version,
        port=9200,
        url="http://${self.host}:${self.port}",
        readiness=answers(HEALTH),
        program=name,
        env=ALONE | env,
        has_users=False,
        has_databases=False,
        client=("bash",),
        seeds=dict.fromkeys(SUFFIXES, WireLoader(make_indices, read_indices))
        | {".ndjson": WireLoader(put_documents, check_documents)},
    )


ELASTIC = {
    "xpack.security.enabled": "false",
    "ingest.geoip.downloader.enabled": "false",
    "ES_JAVA_OPTS": HEAP,
}
OPEN = {"DISABLE_SECURITY_PLUGIN": "true", "OPENSEARCH_JAVA_OPTS": HEAP}

ELASTICSEARCH = made("elasticsearch", "Elasticsearch", "elasticsearch", "9.1.4", ELASTIC)
OPENSEARCH = made("opensearch", "OpenSearch", "opensearchproject/opensearch", "2", OPEN)
