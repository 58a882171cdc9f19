"""Made-up cards: records, APDU scripts, the ATRs of real card generations."""

from __future__ import annotations

from datetime import date

from nhi_core.domain.identifiers import number_check_digit

ATR = bytes.fromhex("3BFD180000 8131FE45534C4A3532477878797979 7A52AA")
ATR_STAFF = bytes.fromhex("3BF9180000 8131FE4550565F4A3244303831B6")
ATR_BANK = bytes.fromhex("3BF7110000 8171FE454A434F5033315632 24")
SELECT = bytes.fromhex("00A4040010D1580000010000000000000000001100")
READ = bytes.fromhex("00CA1100020000")
OK = b"\x90\x00"


def number(prefix: str = "A1", serial: int = 9_000_001) -> str:
    """Return a made-up personal number with its right check digit."""
    first = f"{prefix}{serial:07d}"
    return first + number_check_digit(first)


def roc(day: date) -> bytes:
    """Write a day as the card does: YYYMMDD of the Republic."""
    return f"{day.year - 1911:03d}{day:%m%d}".encode()


def record(
    *,
    card: bytes = b"900000000001",
    name: bytes = "王小明".encode("cp950"),
    id_number: str | None = None,
    birth: bytes = b"0790517",
    sex: bytes = b"M",
    issued: bytes = b"1080301",
) -> bytes:
    """Return 57 bytes."""
    return card + name.ljust(20, b"\0") + (id_number or number()).encode() + birth + sex + issued
