"""A ZIP that opens with a password in 7-Zip, WinZip, The Unarchiver and the like: AES-256 as WinZip's AE-2.

The standard library's zipfile neither writes nor reads these; the format is small and published ("AES
Encryption Information: Encryption Specification AE-1 and AE-2").
Its key derivation is weak (PBKDF2-HMAC-SHA1, 1,000 rounds): use passwords of at least 80 random bits.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
import zlib
from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_SALT, _KEY, _CHECK, _MAC, _ROUNDS = 16, 32, 2, 10, 1000
_BLOCK = 16
_ENCRYPTED_UTF8 = 0x0001 | 0x0800
_AES, _DEFLATE = 99, 8
_NEEDED = 51
# Header id, size, AE-2, "AE", 256 bits, the compression inside.
_EXTRA = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, _DEFLATE)


def sealed_zip(files: Mapping[str, bytes], password: str, made_at: datetime) -> bytes:
    """Return the archive; names of files stand in it in the clear, so let them say nothing."""
    body, directory = b"", b""
    day = (made_at.year - 1980) << 9 | made_at.month << 5 | made_at.day
    time = made_at.hour << 11 | made_at.minute << 5 | made_at.second // 2
    for name, content in files.items():
        data, title = _seal(content, password), name.encode()
        common = struct.pack(
            "<HHHHHIIIHH",
            _NEEDED, _ENCRYPTED_UTF8, _AES, time, day,
            0, len(data), len(content), len(title), len(_EXTRA),
        )  # fmt: skip
        directory += struct.pack("<IH", 0x02014B50, _NEEDED) + common
        directory += struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + title + _EXTRA
        body += struct.pack("<I", 0x04034B50) + common + title + _EXTRA + data
    count = len(files)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + end


def _seal(content: bytes, password: str) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    salt = os.urandom(_SALT)
    keys = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, _ROUNDS, 2 * _KEY + _CHECK)
    hidden = _counter_mode(keys[:_KEY], packed)
    mac = hmac.new(keys[_KEY : 2 * _KEY], hidden, "sha1").digest()[:_MAC]
    return salt + keys[2 * _KEY :] + hidden + mac


def _counter_mode(key: bytes, data: bytes) -> bytes:
    """AES in counter mode, the counter little-endian from 1: not the order that libraries offer."""
    blocks = -(-len(data) // _BLOCK)
    counters = b"".join(number.to_bytes(_BLOCK, "little") for number in range(1, blocks + 1))
    # Each counter block is encrypted once and never seen: this is the counter mode itself.
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
    stream = encryptor.update(counters)[: len(data)]
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")
    return mixed.to_bytes(len(data), "big")
