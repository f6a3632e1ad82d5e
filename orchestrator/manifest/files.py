"""What loading may ask of the file system, so that it needs none itself."""

from __future__ import annotations

from typing import Protocol


class Files(Protocol):
    """The files beside a manifest; paths come resolved against the manifest's folder."""

    def exists(self, path: str) -> bool:
        """Whether there is a file or a folder at this path."""
        ...

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder at this path."""
        ...
