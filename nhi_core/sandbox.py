"""Every well-known secret of the sandbox, in one place, so that production can refuse each of them.

They are published with the code and protect nothing: whoever finds one in production has found a fault.
"""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha256

LINE_CHANNEL_SECRET = "sandbox-channel-secret-0123456789"  # noqa: S105 - published on purpose
LINE_CHANNEL_ACCESS_TOKEN = "sandbox-channel-access-token-0123456789abcdef"  # noqa: S105 - as above
RASA_TOKEN = "sandbox-rasa-token-0123456789abcdef"  # noqa: S105 - as above
ACTIONS_TOKEN = "sandbox-actions-token-0123456789abcdef"  # noqa: S105 - as above
LINE_CHANNEL_ID = "2000000001"
LINE_BASIC_ID = "@nhi-counter"
PAYMENT_SECRET = "sandbox-payment-secret-0123456789"  # noqa: S105 - as above

STAFF_PASSWORD = "sandbox-console-2026"  # noqa: S105 - as above
# The console's made-up staff: username → name. Each holds the role of its name; the chief holds all.
STAFF = {
    "editor": "林曉芬",
    "reviewer": "陳志明",
    "supervisor": "黃淑惠",
    "auditor": "吳建宏",
    "admin": "張雅婷",
    "chief": "李國棟",
}

SECRETS = frozenset({
    LINE_CHANNEL_SECRET, LINE_CHANNEL_ACCESS_TOKEN, RASA_TOKEN, ACTIONS_TOKEN, PAYMENT_SECRET, STAFF_PASSWORD,
})  # fmt: skip

KEY_ID = "sandbox"


def key_for(purpose: str) -> bytes:
    """Return the sandbox's fixed 32-byte key of a purpose: the same in each process, without a file."""
    return sha256(f"nhi-counter sandbox key, protects nothing: {purpose}".encode()).digest()


def totp_secret_for(username: str) -> str:
    """Return the authenticator secret (base32) of one of the made-up staff."""
    return b32encode(
        sha256(f"nhi-counter sandbox staff, protects nothing: {username}".encode()).digest()[:20]
    ).decode()
