"""A role is the same whatever image plays it: a store of objects, where Moto is one."""

from __future__ import annotations

from pathlib import Path

import pytest
from s3_case import OBJECTS, S3, everything

from orchestrator import Environment


@pytest.mark.engine
def test_a_store_of_objects_by_another_image(tmp_path: Path, live_environ: dict[str, str]) -> None:
    (tmp_path / "objects.yaml").write_text(OBJECTS)
    image = "motoserver/moto:5.1.22"
    entry = {"use": "s3", "image": image, "seed": list(S3.good), **S3.settings}
    with Environment.of({"databases": {"files": entry}}, folder=tmp_path) as environment:
        found = everything(environment["files"].url)
    assert sorted(found) == ["exports/raw", "up-loads/a b/é+(1)~.txt", "up-loads/settings.json"]
    assert found["exports/raw"] == ("application/octet-stream", b"\x00\xff")
