"""A threaded HTTP server that holds many open event streams and closes cleanly."""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    """No access log (message texts and ids stand in bodies and paths); chunked answers for streams."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # name given by werkzeug
        """Say nothing."""


class Server:
    """`app` on host:port; port 0 picks a free one."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._app = app
        self._server: BaseWSGIServer = make_server(host, port, app, threaded=True, request_handler=_Quiet)
        self._thread: threading.Thread | None = None
        self.url = f"http://{host}:{self._server.port}"

    def serve(self) -> None:
        """Serve until `close` or KeyboardInterrupt."""
        try:
            self._server.serve_forever(poll_interval=0.2)
        finally:
            self._app.extensions["line_sandbox"].close()
            self._server.server_close()

    def start(self) -> None:
        """Serve in a thread."""
        self._thread = threading.Thread(target=self.serve, name="line-sandbox", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread of `start`; open streams end too."""
        self._app.extensions["line_sandbox"].hub.close()
        self._server.shutdown()
        if self._thread:
            self._thread.join(timeout=10)
