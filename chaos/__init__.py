"""Breaks the engine and kills Greenroom, and looks at what is left: `python -m chaos`."""
