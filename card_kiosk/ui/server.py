"""A small threaded server on 127.0.0.1 for the one browser of this machine."""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    """No access log: what is typed stands in bodies."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - name given by werkzeug
        """Say nothing."""

    def version_string(self) -> str:
        """Do not name versions."""
        return "kiosk"


class Server:
    """`app` on 127.0.0.1:port; port 0 picks a free one."""

    def __init__(self, app: Flask, port: int) -> None:
        """Bind; serve later."""
        self._server: BaseWSGIServer = make_server(HOST, port, app, threaded=True, request_handler=_Quiet)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self.port = self._server.port
        self.url = f"http://{HOST}:{self.port}"
        self._thread = threading.Thread(target=self._serve, name="screens", daemon=True)

    def start(self) -> None:
        """Serve on a thread."""
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._server.shutdown()
        self._thread.join(5)

    def _serve(self) -> None:
        try:
            self._server.serve_forever(poll_interval=0.1)
        finally:
            self._server.server_close()
