"""The services of AWS, as LocalStack or Moto play them, on one port.

Settings: https://docs.localstack.cloud/references/configuration/
"""

from __future__ import annotations

from dataclasses import replace

from orchestrator.model.loader import WireLoader
from orchestrator.model.technology import Technology
from orchestrator.technologies.parts.aws_words import KEY, read, talk
from orchestrator.technologies.parts.documents import SUFFIXES
from orchestrator.technologies.parts.ready_by_http import answers
from orchestrator.technologies.parts.s3_words import REGION

ROLE = Technology(
    name="aws",
    about="the services of AWS, as LocalStack or Moto play them",
    section="databases",
    image="localstack/localstack",
    version="4",
    port=4566,
    url="http://${self.host}:${self.port}",
    fields={
        "endpoint": "http://${self.host}:${self.port}",
        "region": REGION,
        "access_key": KEY,
        "secret_key": KEY,
    },
    readiness=answers("/_localstack/health"),
    program="",
    # A queue's address is the one by which it was asked for: there is no other for all askers.
    env={"AWS_DEFAULT_REGION": REGION, "SQS_ENDPOINT_STRATEGY": "dynamic"},
    has_users=False,
    has_databases=False,
    client=("sh",),
    seeds=dict.fromkeys(SUFFIXES, WireLoader(talk, read)),
)

AWS = replace(
    ROLE,
    variants={
        "motoserver/moto": replace(ROLE, port=5000, readiness=answers("/moto-api/"), env={}),
    },
)
