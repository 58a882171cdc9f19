"""Small files that a form brings."""

from __future__ import annotations

from flask import request

from nhi_core.domain.errors import Invalid

LARGEST = 4_000_000
"""Bytes of a CSV that is read at once."""
AROUND = 100_000
"""Bytes that a form has beside its file."""
FORM = LARGEST + AROUND
"""Bytes of a form that brings one."""


def uploaded_csv() -> str:
    """Return the text of the form's file. Raises Invalid: none, too large, or not UTF-8."""
    file = request.files.get("file")
    data = file.read(LARGEST + 1) if file is not None else b""
    if not data or len(data) > LARGEST:
        raise Invalid("no file, or too large a one")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("not UTF-8") from None
