"""A store of objects that speaks S3's protocol: SeaweedFS, or what else plays this role.

Settings: https://github.com/seaweedfs/seaweedfs/wiki/Amazon-S3-API
"""

from __future__ import annotations

from dataclasses import replace

from orchestrator.model.loader import WireLoader
from orchestrator.model.technology import Technology
from orchestrator.technologies.parts.documents import SUFFIXES
from orchestrator.technologies.parts.ready_by_http import answers
from orchestrator.technologies.parts.s3_variants import variants
from orchestrator.technologies.parts.s3_words import REGION, make_bucket, read, talk

ROLE = Technology(
    name="s3",
    about="a store of objects that speaks S3's protocol: SeaweedFS, or another one",
    section="databases",
    image="chrislusf/seaweedfs",
    version="4.53",
    port=8333,
    url="http://${self.user}:${self.password}@${self.host}:${self.port}/${self.database}",
    fields={
        "endpoint": "http://${self.host}:${self.port}",
        "bucket": "${self.database}",
        "region": REGION,
    },
    readiness=answers("/healthz"),
    program="",
    # The form for one machine: that of a cluster's is ready for writing six seconds later.
    command=("mini", "-dir=/data", "-admin.ui=false", "-webdav=false"),
    env={"AWS_ACCESS_KEY_ID": "${self.user}", "AWS_SECRET_ACCESS_KEY": "${self.password}"},
    # What all of them take: MinIO has the strictest rules.
    user_form=(r"[\w.@-]{3,20}", "3 to 20 letters, digits, `_`, `.`, `@` or `-`"),
    password_form=(r"[!-~]{8,40}", "8 to 40 characters of ASCII, without spaces"),
    database_form=(
        r"(?!\d+(\.\d+){3}$)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]",
        "a bucket's name: 3 to 63 lower-case letters, digits, `-` or `.`",
    ),
    client=("sh",),
    seeds=dict.fromkeys(SUFFIXES, WireLoader(talk, read)),
    create_database=make_bucket,
    creates_all=True,
)
S3 = replace(ROLE, variants=variants(ROLE))
