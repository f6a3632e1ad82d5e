"""A service that is well, and says so under another path than the manifest asks for."""

from http.server import BaseHTTPRequestHandler, HTTPServer


class Api(BaseHTTPRequestHandler):
    """Answers /health."""

    def do_GET(self) -> None:
        """Say that all is well, where that is asked for."""
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()


print("api: listening on 8000", flush=True)
HTTPServer(("", 8000), Api).serve_forever()
