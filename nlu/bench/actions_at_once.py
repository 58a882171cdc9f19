"""`python -m nlu.bench.actions_at_once PORT`: an action server that answers at once; the same for whoever calls.

Standard library only: it takes as little of the machine as can be.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Answers every action with one reply that names it."""

    protocol_version = "HTTP/1.1"
    # Head and body go out in two writes: without this each answer waits 40 ms for the other side.
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answer one call."""
        called = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        reply = {"custom": {"v": 1, "template": called["next_action"], "ticket": "t" * 20, "args": {}}}
        body = json.dumps({"events": [], "responses": [reply]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Print nothing: printing takes time."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
