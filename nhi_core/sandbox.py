"""Every well-known secret of the sandbox, in one place, so that production can refuse each of them.

They are published with the code and protect nothing: whoever finds one in production has found a fault.
"""

from __future__ import annotations

from hashlib import sha256

LINE_CHANNEL_SECRET = "sandbox-channel-secret-0123456789"  # noqa: S105 - published on purpose
LINE_CHANNEL_ACCESS_TOKEN = "sandbox-channel-access-token-0123456789abcdef"  # noqa: S105 - as above
RASA_TOKEN = "sandbox-rasa-token-0123456789abcdef"  # noqa: S105 - as above
ACTIONS_TOKEN = "sandbox-actions-token-0123456789abcdef"  # noqa: S105 - as above
LINE_BASIC_ID = "@nhi-counter"
PAYMENT_SECRET = "sandbox-payment-secret-0123456789"  # noqa: S105 - as above

SECRETS = frozenset(
    {LINE_CHANNEL_SECRET, LINE_CHANNEL_ACCESS_TOKEN, RASA_TOKEN, ACTIONS_TOKEN, PAYMENT_SECRET}
)

KEY_ID = "sandbox"


def key_for(purpose: str) -> bytes:
    """Return the sandbox's fixed 32-byte key of a purpose: the same in each process, without a file."""
    return sha256(f"nhi-counter sandbox key, protects nothing: {purpose}".encode()).digest()
