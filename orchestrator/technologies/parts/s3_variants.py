"""What else than MinIO plays the role of a store of objects, and how each is told who gets in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from orchestrator.model.probe import Http, Readiness
from orchestrator.model.technology import Technology

IDENTITIES = (
    '{"identities": [{"name": "greenroom", "actions": ["Admin"], '
    '"credentials": [{"accessKey": "${self.user}", "secretKey": "${self.password}"}]}]}'
)


def answers(path: str) -> Callable[[str, str], Readiness]:
    """Ready when a GET of this is answered with 200."""
    return lambda _user, _database: Readiness(Http(path, status=(200,)))


def variants(role: Technology) -> dict[str, Technology]:
    """Return what each of the other images is, by its name; to applications all are the same.

    RustFS: https://docs.rustfs.com; SeaweedFS:
    https://github.com/seaweedfs/seaweedfs/wiki/Amazon-S3-API; Moto, which takes any keys:
    https://docs.getmoto.org/en/latest/docs/server_mode.html.
    """
    keys = {"RUSTFS_ACCESS_KEY": "${self.user}", "RUSTFS_SECRET_KEY": "${self.password}"}
    config = "/etc/greenroom/s3.json"
    return {
        "rustfs/rustfs": replace(role, readiness=answers("/health"), command=None, env=keys),
        "chrislusf/seaweedfs": replace(
            role,
            port=8333,
            readiness=answers("/healthz"),
            command=("server", "-s3", f"-s3.config={config}"),
            env={},
            files={config: IDENTITIES},
        ),
        "motoserver/moto": replace(
            role, port=5000, readiness=answers("/moto-api/"), command=None, env={}
        ),
    }
