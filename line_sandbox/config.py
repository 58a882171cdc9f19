"""Settings of one sandbox. Everything has a default that is safe on a developer's own machine."""

from __future__ import annotations

from dataclasses import dataclass, field

SANDBOX_SECRET = "sandbox-channel-secret"  # noqa: S105  # refused by production settings
SANDBOX_TOKEN = "sandbox-access-token"  # noqa: S105
SANDBOX_CHANNEL_ID = "2000000001"


@dataclass(frozen=True)
class SandboxConfig:
    """`quota`: messages a month, None for unlimited. `redelivery_delays`: seconds before each new try.

    `verified`: the account may list members and followers. `allowed_hosts`: names besides the loopback
    ones under which the sandbox may be reached (DNS rebinding guard).
    """

    channel_secret: str = SANDBOX_SECRET
    access_token: str = SANDBOX_TOKEN
    channel_id: str = SANDBOX_CHANNEL_ID
    webhook_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8010
    redelivery: bool = False
    redelivery_delays: tuple[float, ...] = (2.0, 10.0, 60.0)
    webhook_timeout: float = 2.0
    quota: int | None = 3000
    verified: bool = False
    bot_name: str = "健保櫃檯小幫手"
    basic_id: str = "@nhi-counter"
    allowed_hosts: frozenset[str] = field(default_factory=frozenset)
