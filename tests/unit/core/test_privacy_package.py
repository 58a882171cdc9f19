"""The file that a person is handed: it opens with its password alone, and speaks five languages."""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
import zlib
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from nhi_core.adapters.db.subject_rules import RULES
from nhi_core.adapters.privacy import package
from nhi_core.adapters.privacy.package import LANGUAGES, page, words
from nhi_core.domain.roc import PremiumMonth
from nhi_core.services.privacy import Held

HELD = Held(
    datetime(2026, 9, 10, 2, 0, tzinfo=UTC),
    {
        "persons": ({"id": "p-1", "number": "A123456789", "name": "<王>", "birth": date(1980, 2, 29)},),
        "bills": ({"id": "b-1", "month": PremiumMonth(2026, 6), "amount": 1652, "in_enforcement": False},),
    },
)
PASSWORD = "ABCD-EFGH-2345"


class WrongPassword(Exception):
    pass


def opened(archive: bytes, password: str) -> dict[str, bytes]:
    """Read an archive by the published format, block by block: apart from what writes it."""
    found, at = {}, 0
    while archive[at : at + 4] == b"PK\x03\x04":
        flags, method, _time, _day, _crc, size, length, name, extra = struct.unpack(
            "<HHHHIIIHH", archive[at + 6 : at + 30]
        )
        assert (flags & 1, method) == (1, 99)
        start = at + 30 + name + extra
        title = archive[at + 30 : at + 30 + name].decode()
        vendor = struct.unpack("<HHH2sBH", archive[at + 30 + name : start])
        assert vendor == (0x9901, 7, 2, b"AE", 3, 8)
        data, at = archive[start : start + size], start + size
        salt, check, body, mac = data[:16], data[16:18], data[18:-10], data[-10:]
        keys = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1000, 66)
        if keys[64:] != check or hmac.new(keys[32:64], body, "sha1").digest()[:10] != mac:
            raise WrongPassword
        plain = b""
        for number, offset in enumerate(range(0, len(body), 16), start=1):
            box = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor()
            stream = box.update(number.to_bytes(16, "little"))
            plain += bytes(a ^ b for a, b in zip(body[offset : offset + 16], stream, strict=False))
        found[title] = zlib.decompress(plain, -15)
        assert len(found[title]) == length
    return found


def test_it_opens_with_its_password_and_with_no_other() -> None:
    archive = package(HELD, PASSWORD)
    parts = opened(archive, PASSWORD)
    assert set(parts) == {"data.json", *(f"data.{language}.html" for language in LANGUAGES)}
    whole = json.loads(parts["data.json"])
    assert whole["tables"]["persons"][0]["name"] == "<王>"
    assert whole["tables"]["bills"][0] == {
        "id": "b-1",
        "month": "2026-06",
        "amount": 1652,
        "in_enforcement": False,
    }
    with pytest.raises(WrongPassword):
        opened(archive, PASSWORD + "x")
    assert b"A123456789" not in archive
    assert package(HELD, PASSWORD) != archive


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_can_be_read_and_names_cannot_break_it(language: str) -> None:
    reader = _Text()
    reader.feed(page(HELD, language))
    assert {"<王>", "A123456789", "1,652", "2026-06", "1980-02-29"} <= set(reader.text)
    assert words()["tables"]["bills"][language] in reader.text
    assert (reader.tags.count("table"), reader.tags.count("h1")) == (2, 1)
    assert "王" not in reader.tags


def test_every_table_and_its_columns_have_words_in_every_language() -> None:
    known = words()
    assert set(known["tables"]) == {rule.table.name for rule in RULES}
    for texts in (text for kind in known.values() for text in kind.values()):
        assert set(texts) == set(LANGUAGES)
        assert all(texts.values())
    for rule in RULES:
        assert {column.name for column in rule.table.columns} & set(known["columns"]), rule.table.name
    used = {column.name for rule in RULES for column in rule.table.columns}
    assert set(known["columns"]) <= used
