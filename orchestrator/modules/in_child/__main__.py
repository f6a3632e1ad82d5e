"""Where the interpreter begins that is told to run this folder."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    # Only for this one import: what lies beside us is not to stand for modules of the project's.
    sys.path[0] = str(here.parent)
    serving = importlib.import_module(f"{here.name}.serving")
    del sys.path[0]
    serving.main()
