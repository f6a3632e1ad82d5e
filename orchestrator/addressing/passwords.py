"""Passwords, derived from one secret of this machine's user and the resource's name.

They are the same in every run, so that data kept from one run still knows them in the next.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Resource
from orchestrator.model.secret import OpenWord, is_secret

LENGTH = 20


def derive(secret: bytes, name: str) -> str:
    """Return the password of the resource of this name: lower-case letters and digits, 100 bits."""
    digest = hmac.new(secret, f"greenroom password {name}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:LENGTH]


def with_passwords(manifest: Manifest, secret: bytes) -> Manifest:
    """Return the manifest with a password for every database and broker that needs one."""

    def filled(resource: Resource) -> Resource:
        technology = resource.technology
        if technology is None or not technology.has_users or resource.password is not None:
            return resource
        return dataclasses.replace(resource, password=derive(secret, resource.server))

    resources = {name: filled(resource) for name, resource in manifest.resources.items()}
    return dataclasses.replace(manifest, resources=resources)


def secrets_of(
    manifest: Manifest, environ: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, ...]:
    """Return all that must not show in output, the longest first.

    That is every password, and the value of every variable whose name says that it is a secret:
    those that `${env:...}` has brought in, those of the manifest's own `env` and build arguments,
    and those of `environ`, which seeds, builds and tests may write. One that is also a name in the
    manifest is an OpenWord.
    """
    known = names_of(manifest)
    found = {*passwords_of(manifest), *manifest.secrets, *named_secrets(manifest)}
    found |= {value for name, value in environ.items() if is_secret(name, value)}
    ordered = sorted(filter(None, found), key=lambda secret: (-len(secret), secret))
    return tuple(OpenWord(secret) if secret in known else secret for secret in ordered)


def passwords_of(manifest: Manifest) -> Iterator[str]:
    """Yield the password of every resource that has one.

    What a module has by itself is known to everybody; what it is given is the manifest's secret.
    """
    return (one.password or "" for one in manifest.resources.values() if not one.module)


def named_secrets(manifest: Manifest) -> Iterator[str]:
    """Yield what the manifest itself gives to variables with the name of a secret."""
    environments = [resource.env for resource in manifest.resources.values()]
    for env in (*environments, manifest.tests.env):
        for name, template in env.items():
            if not template.references and is_secret(name, str(template)):
                yield str(template)
    for resource in manifest.resources.values():
        arguments = resource.build.args if resource.build else {}
        yield from (value for name, value in arguments.items() if is_secret(name, value))
        for secret in resource.build.secrets.values() if resource.build else ():
            yield from secret.hidden


def names_of(manifest: Manifest) -> frozenset[str]:
    """Return the names that are shown in the open: of resources, users, databases, technologies."""
    found = {manifest.name, *manifest.resources}
    for resource in manifest.resources.values():
        found |= {resource.user or "", *resource.databases}
        found |= {resource.technology.name} if resource.technology else set()
    return frozenset(found)
