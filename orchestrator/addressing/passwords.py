"""Passwords, derived from one secret of this machine's user and the resource's name.

They are the same in every run, so that data kept from one run still knows them in the next.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac

from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Resource

LENGTH = 20


def derive(secret: bytes, name: str) -> str:
    """Return the password of the resource of this name: lower-case letters and digits, 100 bits."""
    digest = hmac.new(secret, f"greenroom password {name}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:LENGTH]


def with_passwords(manifest: Manifest, secret: bytes) -> Manifest:
    """Return the manifest with a password for every database and broker that has none."""

    def filled(resource: Resource) -> Resource:
        if resource.technology is None or resource.password is not None:
            return resource
        return dataclasses.replace(resource, password=derive(secret, resource.name))

    resources = {name: filled(resource) for name, resource in manifest.resources.items()}
    return dataclasses.replace(manifest, resources=resources)


def secrets_of(manifest: Manifest) -> tuple[str, ...]:
    """Return every password that must not show in output, the longest first."""
    found = {resource.password for resource in manifest.resources.values() if resource.password}
    return tuple(sorted(found, key=len, reverse=True))
