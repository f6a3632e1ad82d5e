"""What else than SeaweedFS plays the role of a store of objects, and how it is told who gets in."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.model.technology import Technology
from orchestrator.technologies.parts.ready_by_http import answers


def variants(role: Technology) -> dict[str, Technology]:
    """Return what each of the other images is, by its name; to applications all are the same.

    MinIO: https://docs.min.io; RustFS: https://docs.rustfs.com; Moto, which takes any keys:
    https://docs.getmoto.org/en/latest/docs/server_mode.html.
    """
    plain = replace(role, command=None, env={})
    minio = {
        "MINIO_ROOT_USER": "${self.user}",
        "MINIO_ROOT_PASSWORD": "${self.password}",
        "MINIO_BROWSER": "off",
    }
    rustfs = {"RUSTFS_ACCESS_KEY": "${self.user}", "RUSTFS_SECRET_KEY": "${self.password}"}
    return {
        "minio/minio": replace(
            plain,
            port=9000,
            readiness=answers("/minio/health/cluster"),
            command=("server", "/var/lib/greenroom/data"),
            env=minio,
        ),
        "rustfs/rustfs": replace(plain, port=9000, readiness=answers("/health"), env=rustfs),
        "motoserver/moto": replace(plain, port=5000, readiness=answers("/moto-api/")),
    }
