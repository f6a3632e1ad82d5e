"""Makes the object of a module, and knows what its constructor takes."""

from __future__ import annotations

import inspect
import re
from typing import Any

from .wrong import Wrong, said


def parameters(cls: type) -> dict[str, inspect.Parameter]:
    """Return what a constructor takes, also what it only hands on to the ones above."""
    found: dict[str, inspect.Parameter] = {}
    for each in cls.__mro__:
        if "__init__" not in vars(each) or each is object:
            continue
        own = inspect.signature(each.__init__).parameters  # type: ignore[misc]
        found = {**own, **found}
        if not any(one.kind is inspect.Parameter.VAR_KEYWORD for one in own.values()):
            break
    skipped = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {n: p for n, p in found.items() if n != "self" and p.kind not in skipped}


def made(cls: type, request: dict[str, Any]) -> Any:
    """Make the module's object. Raises Wrong with the constructor's words."""
    arguments, image = dict(request["arguments"]), request.get("image")
    if version := request.get("version"):
        image = re.sub(r"(:[^/]*)?(@.*)?$", "", constructed(cls, arguments).image) + f":{version}"
    if image and "image" in parameters(cls):
        return constructed(cls, {**arguments, "image": image})
    found = constructed(cls, arguments)
    found.image = image or found.image
    return found


def constructed(cls: type, arguments: dict[str, Any]) -> Any:
    """Call the constructor. Raises Wrong with its words, and what it takes."""
    try:
        return cls(**arguments)
    except Wrong:
        raise
    except Exception as error:
        required = [n for n, p in parameters(cls).items() if p.default is p.empty]
        known = ", ".join(f"{n} (required)" if n in required else n for n in parameters(cls))
        words = re.sub(r"^.*__init__\(\)", cls.__name__, said(error))
        raise Wrong("arguments", f"{words}; its arguments are {known}") from error
