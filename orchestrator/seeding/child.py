"""Calls a seed's function with its resource. Runs in the project's interpreter, on its own.

Usage: python child.py FILE FUNCTION, with the resource's fields as JSON on the standard input.
"""

import importlib.util
import inspect
import json
import sys
import traceback
from pathlib import Path
from types import ModuleType, SimpleNamespace


def load(path: str) -> ModuleType:
    """Import the file as Python would import a script: its own folder comes first."""
    sys.path.insert(0, str(Path(path).parent))
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert spec is not None and spec.loader is not None, f"{path} is no Python file"  # noqa: PT018
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Call the function; a failure prints its traceback without the lines of this file."""
    path, name = sys.argv[1:]
    resource = SimpleNamespace(**json.load(sys.stdin))
    try:
        module = load(path)
        function = getattr(module, name, None)
        if not callable(function):
            sys.exit(f"{Path(path).name} has no function {name}")
        result = function(resource)
        if inspect.iscoroutine(result):
            import asyncio

            asyncio.run(result)
    except Exception as error:
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename != __file__ and not frame.filename.startswith("<frozen")
        ]
        sys.stderr.write("".join(traceback.format_list(frames)))
        sys.stderr.write("".join(traceback.format_exception_only(error)))
        sys.exit(1)


if __name__ == "__main__":
    main()
