"""Files attached to a notice: checked by their first bytes, pictures made anew, kept by their content."""

from __future__ import annotations

import unicodedata

from nhi_core.domain.errors import ContentRefused
from nhi_core.domain.files import MOST_BYTES, PICTURES, FileKind, Refusal, kind_of
from nhi_core.domain.notices import Attachment
from nhi_core.ports_files import ContentStore, PictureCleaner

MAX_NAME = 60


class NoticeFiles:
    """Takes what an editor attaches."""

    def __init__(self, files: ContentStore, cleaner: PictureCleaner) -> None:
        self._files = files
        self._cleaner = cleaner

    def take(self, name: str, data: bytes) -> Attachment:
        """Keep a picture (re-encoded, without what a camera wrote into it) or a PDF.

        Raises ContentRefused for any other kind or size; FilesUnavailable and FilesFull.
        """
        kind = kind_of(data)
        if not data:
            raise ContentRefused(Refusal.EMPTY)
        if kind is FileKind.PDF:
            if len(data) > MOST_BYTES[kind]:
                raise ContentRefused(Refusal.TOO_LARGE)
            return Attachment(self._files.put(data), file_name(name, ".pdf"), kind.value, len(data))
        if kind not in PICTURES:
            raise ContentRefused(Refusal.HEIC if kind is FileKind.HEIC else Refusal.UNKNOWN_KIND)
        clean = self._cleaner.clean(data)
        digest = self._files.put(clean.data)
        return Attachment(digest, file_name(name, ".jpg"), FileKind.JPEG.value, len(clean.data))


def file_name(name: str, ending: str) -> str:
    """Return a name that is safe in a header and on any disk, with the ending of what the file really is."""
    stem = unicodedata.normalize("NFKC", name).rpartition("/")[2].rpartition("\\")[2]
    stem = stem.rpartition(".")[0] or stem
    kept = "".join(char for char in stem if char.isalnum() or char in " -_()（）.").strip(" .")
    return (kept[: MAX_NAME - len(ending)] or "notice") + ending
