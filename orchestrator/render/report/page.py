"""The page in one file: its parts put together, and a policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

PARTS = Path(__file__).with_name("page")

SCRIPTS = (
    "dom.js",
    "words.js",
    "view.js",
    "paint.js",
    "chunks.js",
    "lines.js",
    "picker.js",
    "logs.js",
    "details.js",
    "rows.js",
    "waterfall.js",
    "overview.js",
    "tests.js",
    "resources.js",
    "main.js",
)
"""The parts of the script, which share one scope, in the order in which they stand there."""

PLACE = re.compile(r"\{\{(\w+)\}\}")


def page(parts: Mapping[str, str]) -> str:
    """Return the page; what stands in `{{name}}` places is HTML already."""
    style, script = part("style.css"), "\n".join(part(name) for name in SCRIPTS)
    known = {"style": style, "script": script, "policy": policy(style, script), **parts}
    return PLACE.sub(lambda place: known[place[1]], part("template.html"))


def policy(style: str, script: str) -> str:
    """Return what a browser is to allow: this style, this script, and nothing from elsewhere.

    See https://www.w3.org/TR/CSP3/ and, for trusted types, which refuse every way to make markup of
    a text, https://www.w3.org/TR/trusted-types/.
    """
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {source(script)}",
            f"style-src {source(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def source(text: str) -> str:
    """Return the hash by which an inline style or script is allowed."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@cache
def part(name: str) -> str:
    """Return a file of the page."""
    return (PARTS / name).read_text(encoding="utf-8")
