"""Where the tests find images that are not Docker Hub's: no setting leads to their stand-ins."""

from __future__ import annotations

import os

from orchestrator.technologies import BUILT_IN

PREFIX = "localhost/greenroom-test/"


def image_settings(engine: str, name: str) -> dict[str, str]:
    """What an entry without a version has to say besides, so that it runs in the stand-in."""
    technology = BUILT_IN[name]
    if engine == "process" or "." not in technology.image:
        return {}
    prefix = os.environ.get("GREENROOM_IMAGE_PREFIX", PREFIX)
    return {"image": f"{prefix}{technology.image}:{technology.version}"}
