"""Encryption of a PDF: AES-256 (PDF 2.0, revision 6), by pypdf over the cryptography package."""

from __future__ import annotations

import io

from pypdf import PdfReader, PdfWriter
from pypdf.constants import UserAccessPermissions as May


def locked(pdf: bytes, *, password: str, owner: str) -> bytes:
    """Return the file, opened by `password`. `owner` is a random one that nobody is told.

    Who opens it may read, print and hear it read out: a slip is there to be printed.
    """
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    may = May.PRINT | May.PRINT_TO_REPRESENTATION | May.EXTRACT_TEXT_AND_GRAPHICS | May.EXTRACT
    writer.encrypt(password, owner, algorithm="AES-256", permissions_flag=may)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
