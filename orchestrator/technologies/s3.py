"""A store of objects that speaks S3's protocol: MinIO, or what else plays this role."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.model.loader import WireLoader
from orchestrator.model.technology import Technology
from orchestrator.technologies.parts.documents import SUFFIXES
from orchestrator.technologies.parts.s3_variants import answers, variants
from orchestrator.technologies.parts.s3_words import REGION, make_bucket, talk

ROLE = Technology(
    name="s3",
    about="a store of objects that speaks S3's protocol: MinIO, or another one",
    section="databases",
    image="minio/minio",
    version="RELEASE.2025-09-07T16-13-09Z",
    port=9000,
    url="http://${self.user}:${self.password}@${self.host}:${self.port}/${self.database}",
    fields={
        "endpoint": "http://${self.host}:${self.port}",
        "bucket": "${self.database}",
        "region": REGION,
    },
    readiness=answers("/minio/health/cluster"),
    program="",
    command=("server", "/var/lib/greenroom/data"),
    env={
        "MINIO_ROOT_USER": "${self.user}",
        "MINIO_ROOT_PASSWORD": "${self.password}",
        "MINIO_BROWSER": "off",
    },
    # What all of them take: MinIO has the strictest rules.
    user_form=(r"[\w.@-]{3,20}", "3 to 20 letters, digits, `_`, `.`, `@` or `-`"),
    password_form=(r"[!-~]{8,40}", "8 to 40 characters of ASCII, without spaces"),
    database_form=(
        r"(?!\d+(\.\d+){3}$)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]",
        "a bucket's name: 3 to 63 lower-case letters, digits, `-` or `.`",
    ),
    client=("sh",),
    seeds=dict.fromkeys(SUFFIXES, WireLoader(talk)),
    create_database=make_bucket,
    creates_all=True,
)
S3 = replace(ROLE, variants=variants(ROLE))
