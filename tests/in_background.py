"""Small servers for tests: each serves while its context lasts."""

from __future__ import annotations

import threading
from http.server import ThreadingHTTPServer
from typing import Self


class InBackground(ThreadingHTTPServer):
    """An HTTP server that serves in a thread of its own, which nobody has to wait for."""

    daemon_threads = True
    block_on_close = False

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
