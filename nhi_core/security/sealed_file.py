"""A file sealed in pieces, so that any size fits into little memory: AES-256-GCM, STREAM construction.

`NHIB1`, eight random bytes, then pieces of ciphertext. A piece's nonce is those eight bytes and its number;
the last one is authenticated as the last: a file that was cut, lengthened or put together anew does not open.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nhi_core.domain.errors import CounterError

_MAGIC = b"NHIB1"
_PREFIX = 8
_PIECE = 1024 * 1024
_TAG = 16


class SealedFileBroken(CounterError):
    """The file is not ours, was changed or cut, or is sealed with another key."""

    code = "backup_broken"


def new_key_file(path: Path) -> None:
    """Write a fresh key, readable by its owner alone. Raises FileExistsError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.b64encode(os.urandom(32)) + b"\n")


def read_key_file(path: Path) -> bytes:
    """Return the key; raises SealedFileBroken."""
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise SealedFileBroken("the backup key can be read by others; `chmod 600` it")
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except (OSError, binascii.Error):
        raise SealedFileBroken("the backup key cannot be read") from None
    if len(key) != 32:
        raise SealedFileBroken("the backup key has the wrong length")
    return key


def seal_file(key: bytes, source: BinaryIO, target: BinaryIO) -> None:
    """Write everything of `source` to `target`, sealed."""
    cipher, prefix = AESGCM(key), os.urandom(_PREFIX)
    target.write(_MAGIC + prefix)
    number, piece = 0, source.read(_PIECE)
    while True:
        following = source.read(_PIECE)
        target.write(cipher.encrypt(_nonce(prefix, number), piece, _mark(last=not following)))
        if not following:
            return
        number, piece = number + 1, following


def open_file(key: bytes, source: BinaryIO, target: BinaryIO) -> None:
    """Write what `source` holds to `target`; raises SealedFileBroken, then `target` is worth nothing."""
    head = source.read(len(_MAGIC) + _PREFIX)
    if len(head) != len(_MAGIC) + _PREFIX or not head.startswith(_MAGIC):
        raise SealedFileBroken("this is not a sealed backup")
    cipher, prefix = AESGCM(key), head[len(_MAGIC) :]
    number, piece = 0, source.read(_PIECE + _TAG)
    while True:
        following = source.read(_PIECE + _TAG)
        try:
            target.write(cipher.decrypt(_nonce(prefix, number), piece, _mark(last=not following)))
        except InvalidTag:
            raise SealedFileBroken("the backup was changed or cut, or this is another key") from None
        if not following:
            return
        number, piece = number + 1, following


def _nonce(prefix: bytes, number: int) -> bytes:
    return prefix + number.to_bytes(4, "big")


def _mark(*, last: bool) -> bytes:
    return b"last" if last else b"more"
