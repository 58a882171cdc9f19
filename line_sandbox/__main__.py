"""`python -m line_sandbox`: the LINE platform on your own machine."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

import click

from line_sandbox.app import create_app
from line_sandbox.config import SANDBOX_SECRET, SANDBOX_TOKEN, SandboxConfig
from line_sandbox.server import Server


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to bind.")
@click.option("--port", default=8010, show_default=True, help="Port; 0 picks a free one.")
@click.option("--webhook-url", default=None, help="Where the bot listens.")
@click.option("--channel-secret", default=None, help="Default: LINE_CHANNEL_SECRET or a sandbox value.")
@click.option("--access-token", default=None, help="Default: LINE_CHANNEL_ACCESS_TOKEN or a sandbox value.")
@click.option("--redelivery/--no-redelivery", default=False, help="Redeliver webhooks that failed.")
@click.option("--quota", default=3000, show_default=True, help="Messages a month; -1 for no limit.")
@click.option("--verified", is_flag=True, help="Act as a verified account (member lists allowed).")
@click.option("--allow-host", multiple=True, help="A further host name to answer to.")
def main(  # noqa: PLR0917  # click passes every option by name
    host: str,
    port: int,
    webhook_url: str | None,
    channel_secret: str | None,
    access_token: str | None,
    redelivery: bool,
    quota: int,
    verified: bool,
    allow_host: tuple[str, ...],
) -> None:
    """Serve the Messaging API and the chat page until stopped."""
    config = SandboxConfig(
        channel_secret=channel_secret or os.environ.get("LINE_CHANNEL_SECRET") or SANDBOX_SECRET,
        access_token=access_token or os.environ.get("LINE_CHANNEL_ACCESS_TOKEN") or SANDBOX_TOKEN,
        webhook_url=webhook_url,
        host=host,
        port=port,
        redelivery=redelivery,
        quota=None if quota < 0 else quota,
        verified=verified,
        allowed_hosts=frozenset(allow_host),
    )
    server = Server(create_app(config), host, port)
    signal.signal(signal.SIGTERM, _stop)
    click.echo(f"LINE sandbox: {server.url}/")
    try:
        server.serve()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
