"""The first look at a file: how long it is, its fingerprint, and its encoding. One pass, constant memory."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nhi_core.domain.imports import FileRefused

UTF8 = "utf-8"
# Microsoft's Big5: what spreadsheets on Traditional Chinese Windows write. A superset of plain Big5.
BIG5 = "cp950"
ENCODINGS = {"utf-8": UTF8, "utf8": UTF8, "utf-8-sig": UTF8, "big5": BIG5, "big-5": BIG5, "cp950": BIG5}
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of a file before its rows are read. `body` is the offset behind a byte-order mark."""

    size: int
    sha256: str
    encoding: str
    body: int


def survey(path: Path, encoding: str | None = None) -> Survey:
    """Look through the file; `encoding` None finds out. Raises FileRefused."""
    if encoding is not None and encoding.lower() not in ENCODINGS:
        raise FileRefused("the encoding must be utf-8 or big5")
    digest, size = hashlib.sha256(), 0
    decoders = {name: codecs.getincrementaldecoder(name)("strict") for name in (UTF8, BIG5)}
    start = b""
    for chunk in _chunks(path):
        start = start or chunk[:4]
        digest.update(chunk)
        size += len(chunk)
        for name in list(decoders):
            try:
                decoders[name].decode(chunk)
            except UnicodeDecodeError:
                del decoders[name]
    _refuse_others(start, size)
    body = len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
    if encoding is not None:
        found = ENCODINGS[encoding.lower()]
    elif body:
        found = UTF8
    else:
        # Chinese text in Big5 is never UTF-8 by chance; the other way round it happens.
        found = next(iter(decoders), None) or _least_broken(path)
    return Survey(size, digest.hexdigest(), found, body)


def _refuse_others(start: bytes, size: int) -> None:
    if not size:
        raise FileRefused("the file is empty")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FileRefused("the file is UTF-16; save it as CSV in UTF-8")
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FileRefused("the file is a spreadsheet or an archive; save it as CSV")


def _least_broken(path: Path) -> str:
    """Return the encoding that leaves fewer lines unread: those few are refused, the others are not."""
    broken = {UTF8: 0, BIG5: 0}
    with path.open("rb") as file:
        while line := file.readline(_CHUNK):
            for name in broken:
                try:
                    line.decode(name)
                except UnicodeDecodeError:
                    broken[name] += 1
    return min(broken, key=lambda name: broken[name])


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise FileRefused(f"the file cannot be read ({error.strerror})") from None
