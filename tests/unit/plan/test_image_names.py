"""Names of images: taken apart, and on the user's mirror."""

from __future__ import annotations

import pytest

from orchestrator.errors import UsageError
from orchestrator.host.facts import image_prefix
from orchestrator.model.image import ImageName
from orchestrator.plan.images import prefixed

DIGEST = "sha256:" + "7" * 64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres", ("postgres", "docker.io", "library/postgres", "", "")),
        ("postgres:16", ("postgres", "docker.io", "library/postgres", "16", "")),
        (f"postgres@{DIGEST}", ("postgres", "docker.io", "library/postgres", "", DIGEST)),
        (f"postgres:16@{DIGEST}", ("postgres", "docker.io", "library/postgres", "16", DIGEST)),
        ("bitnami/kafka:3", ("bitnami/kafka", "docker.io", "bitnami/kafka", "3", "")),
        ("docker.io/a/b", ("docker.io/a/b", "docker.io", "a/b", "", "")),
        ("index.docker.io/a/b:1", ("index.docker.io/a/b", "docker.io", "a/b", "1", "")),
        ("docker.io/redis", ("docker.io/redis", "docker.io", "library/redis", "", "")),
        ("localhost/x:1", ("localhost/x", "localhost", "x", "1", "")),
        ("localhost:5000/x", ("localhost:5000/x", "localhost:5000", "x", "", "")),
        ("[::1]:5000/x:1", ("[::1]:5000/x", "[::1]:5000", "x", "1", "")),
        ("ghcr.io/a/b/c:1", ("ghcr.io/a/b/c", "ghcr.io", "a/b/c", "1", "")),
        ("Registry/x", ("Registry/x", "Registry", "x", "", "")),
        (
            f"127.0.0.1:5000/a/b@{DIGEST}",
            ("127.0.0.1:5000/a/b", "127.0.0.1:5000", "a/b", "", DIGEST),
        ),
    ],
)
def test_a_name_is_taken_apart(text: str, expected: tuple[str, ...]) -> None:
    name = ImageName.of(text)
    assert (name.name, name.registry, name.repository, name.tag, name.digest) == expected


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("postgres:16", "mirror.test/hub/postgres:16"),
        ("library/postgres:16", "mirror.test/hub/postgres:16"),
        ("docker.io/postgres:16", "mirror.test/hub/postgres:16"),
        ("docker.io/library/redis", "mirror.test/hub/redis"),
        ("index.docker.io/library/redis", "mirror.test/hub/redis"),
        ("bitnami/kafka", "mirror.test/hub/bitnami/kafka"),
        ("docker.io/bitnami/kafka:3", "mirror.test/hub/bitnami/kafka:3"),
        (f"postgres@{DIGEST}", f"mirror.test/hub/postgres@{DIGEST}"),
        (f"postgres:16@{DIGEST}", f"mirror.test/hub/postgres:16@{DIGEST}"),
        ("ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        ("quay.io/a/b", "quay.io/a/b"),
        ("localhost/x", "localhost/x"),
        ("localhost:5000/x", "localhost:5000/x"),
        (f"registry.test/x@{DIGEST}", f"registry.test/x@{DIGEST}"),
    ],
)
def test_the_prefix_is_for_docker_hub_alone(image: str, expected: str) -> None:
    assert prefixed(image, "mirror.test/hub/") == expected
    assert prefixed(image, "") == image


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("postgres:16", "harbor.test/hub/library/postgres:16"),
        ("docker.io/library/postgres:16", "harbor.test/hub/library/postgres:16"),
        ("bitnami/kafka:3", "harbor.test/hub/bitnami/kafka:3"),
        ("ghcr.io/a/b", "ghcr.io/a/b"),
    ],
)
def test_a_mirror_may_have_official_images_where_docker_hub_has_them(
    image: str, expected: str
) -> None:
    assert prefixed(image, "harbor.test/hub/library/") == expected


@pytest.mark.parametrize("given", ["https://mirror.test/", "mirror test/", "Hub/Of/Ours", ":5000/"])
def test_a_prefix_that_no_image_can_have_is_a_mistake(given: str) -> None:
    with pytest.raises(UsageError, match="GREENROOM_IMAGE_PREFIX cannot be") as caught:
        image_prefix({"GREENROOM_IMAGE_PREFIX": given})
    assert "without https://" in caught.value.hint
