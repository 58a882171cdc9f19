"""Pictures as they come: what is taken, what is refused and why, and what is left of them."""

from __future__ import annotations

import io
import random
import struct
import zlib
from contextlib import suppress

import pytest
from PIL import Image

from nhi_core.adapters.files import PillowCleaner
from nhi_core.domain.errors import ContentRefused
from nhi_core.domain.files import FileKind, Refusal, kind_of
from tests.factories.pictures import GPS, MAKE, picture


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def refused(data: bytes) -> str:
    with pytest.raises(ContentRefused) as raised:
        PillowCleaner().clean(data)
    return raised.value.reason


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes whose header claims a huge picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_phones_send_is_taken_and_becomes_a_jpeg(kind: str) -> None:
    clean = PillowCleaner().clean(picture((800, 600), kind=kind))
    assert kind_of(clean.data) is FileKind.JPEG
    assert kind_of(clean.thumbnail) is FileKind.JPEG
    assert (clean.width, clean.height) == (800, 600)
    assert opened(clean.thumbnail).size == (480, 360)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_camera_and_everything_else_written_into_it_is_gone(kind: str) -> None:
    sent = picture(kind=kind, place=True)
    assert MAKE in opened(sent).getexif()
    assert opened(sent).getexif().get_ifd(GPS)
    clean = PillowCleaner().clean(sent)
    for data in (clean.data, clean.thumbnail):
        assert dict(opened(data).getexif()) == {}
        assert not set(opened(data).info) & {"exif", "icc_profile", "comment", "xmp"}
        assert b"Canary" not in data


def test_a_photo_taken_sideways_stands_upright() -> None:
    clean = PillowCleaner().clean(picture((800, 600), "black", orientation=6))
    assert (clean.width, clean.height) == (600, 800)
    upright = opened(clean.data).convert("L")
    # The left upper quarter of what the sensor saw is the right upper one of what the person saw.
    assert upright.getpixel((500, 100)) == pytest.approx(255, abs=8)
    assert upright.getpixel((100, 100)) == pytest.approx(0, abs=8)


def test_a_large_photo_is_made_smaller() -> None:
    clean = PillowCleaner().clean(picture((5000, 4000)))
    assert (clean.width, clean.height) == (2048, 1638)


def test_the_same_photo_gives_the_same_bytes() -> None:
    sent = picture(place=True)
    assert PillowCleaner().clean(sent) == PillowCleaner().clean(sent)


def test_what_is_see_through_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(out, "PNG")
    assert opened(PillowCleaner().clean(out.getvalue()).data).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Refusal.EMPTY),
        (b"GIF89a" + b"\0" * 100, Refusal.UNKNOWN_KIND),
        (b"<svg onload='alert(1)'/>", Refusal.UNKNOWN_KIND),
        (b"%PDF-1.7 ...", Refusal.UNKNOWN_KIND),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, Refusal.HEIC),
        (b"\xff\xd8\xff\xe0 no picture", Refusal.BROKEN),
        (picture()[:900], Refusal.BROKEN),
        (b"\xff\xd8\xff" + b"\0" * (10 * 1024 * 1024), Refusal.TOO_LARGE),
        (picture((31, 400)), Refusal.TOO_SMALL),
        (png_claiming(30_000, 30_000), Refusal.TOO_MANY_PIXELS),
        (png_claiming(9_000, 9_000), Refusal.TOO_MANY_PIXELS),
        (png_claiming(12_000, 8_000), Refusal.TOO_MANY_PIXELS),
        (png_claiming(3_000, 3_000), Refusal.BROKEN),
    ],
)
def test_a_refusal_says_why(data: bytes, reason: Refusal) -> None:
    assert refused(data) == reason


def test_the_content_decides_whatever_it_pretends_to_be() -> None:
    bmp = io.BytesIO()
    Image.new("RGB", (64, 64)).save(bmp, "BMP")
    assert refused(bmp.getvalue()) == Refusal.UNKNOWN_KIND


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow remarks on camera data that it skips
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_spoilt_bytes_are_refused_or_taken_but_never_crash(kind: str) -> None:
    whole, dice = picture((200, 150), kind=kind, place=True, orientation=3), random.Random(4)
    for _ in range(120):
        spoilt = bytearray(whole)
        for _ in range(dice.randint(1, 12)):
            spoilt[dice.randrange(4, len(spoilt))] = dice.randrange(256)
        with suppress(ContentRefused):
            PillowCleaner().clean(bytes(spoilt))
