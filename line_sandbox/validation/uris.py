"""Syntax of the addresses LINE accepts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from line_sandbox.validation.counting import utf16_length

# RFC 3986 characters only: everything else has to be percent-encoded (reference, "URI action").
_LEGAL = re.compile(r"^(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$")
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.\-]*):(.*)$", re.S)


def problem(uri: str, schemes: Sequence[str], longest: int) -> str | None:
    """What LINE would say against this address, or None."""
    if not uri:
        return "May not be empty"
    if utf16_length(uri) > longest:
        return f"Length must be between 0 and {longest}"
    match = _SCHEME.match(uri)
    if not match or match[1].lower() not in schemes:
        return "invalid uri scheme"
    # Non-ASCII domain names and paths must arrive encoded; LINE refuses raw spaces and Chinese.
    if not _LEGAL.match(uri) or not match[2].strip("/"):
        return "invalid uri"
    if match[1].lower() in {"http", "https"} and not _has_host(uri):
        return "invalid uri"
    return None


def _has_host(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
