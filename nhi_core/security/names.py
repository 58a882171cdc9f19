"""Names of keys are seen by who lists them: what a token opens is kept under a name that gives none away."""

from __future__ import annotations

from hashlib import sha256


def hashed_name(token: str) -> str:
    """Return the name for a random token (128 bits or more, so a plain hash cannot be searched)."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
