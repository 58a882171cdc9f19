"""A file as blocks of whole lines, and a block as rows. One line is one row: a quote that is not closed

spoils its own row alone, and an import can go on from any block's end.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nhi_core.adapters.premiums.files.survey import Survey
from nhi_core.domain.imports import FileRefused, Reason

BLOCK_BYTES = 1 << 19
_LONGEST_LINE = 1 << 16


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a file: the bytes from `start` to `end`; its first line is `line` (from 1)."""

    line: int
    start: int
    end: int
    data: bytes

    @property
    def lines(self) -> int:
        """How many lines it holds."""
        return self.data.count(b"\n") + (not self.data.endswith(b"\n"))

    def __repr__(self) -> str:
        """Show where it stands, not what it holds."""
        return f"Block(line={self.line}, start={self.start}, end={self.end})"


def heading_of(path: Path, surveyed: Survey) -> tuple[list[str], int]:
    """Return the cells of the first line and the offset of the second. Raises FileRefused."""
    with path.open("rb") as file:
        file.seek(surveyed.body)
        line = file.readline(_LONGEST_LINE)
        end = file.tell()
    for _line, cells in lines_of(Block(1, surveyed.body, end, line), surveyed.encoding):
        if isinstance(cells, list):
            return cells, end
    raise FileRefused("the first line cannot be read as a heading")


def blocks_of(path: Path, *, offset: int, line: int, size: int = BLOCK_BYTES) -> Iterator[Block]:
    """Yield the file's blocks of about `size` bytes, from `offset` on, where line number `line` begins.

    Raises FileRefused for a line longer than 64 KiB: that is no CSV file.
    """
    with path.open("rb") as file:
        file.seek(offset)
        rest = b""
        while chunk := file.read(size):
            data = rest + chunk
            cut = data.rfind(b"\n") + 1
            data, rest = data[:cut], data[cut:]
            if len(rest) > _LONGEST_LINE:
                raise FileRefused(f"a line after line {line} is longer than {_LONGEST_LINE} bytes")
            if data:
                block = Block(line, offset, offset + len(data), data)
                yield block
                line, offset = line + block.lines, block.end
        if rest:
            yield Block(line, offset, offset + len(rest), rest)


def lines_of(block: Block, encoding: str) -> Iterator[tuple[int, list[str] | Reason]]:
    """Yield each line's number with its cells, or with the reason why it has none. Empty lines are passed."""
    try:
        texts: list[str | None] = list(block.data.decode(encoding).split("\n"))
    except UnicodeDecodeError:
        texts = [_decoded(line, encoding) for line in block.data.split(b"\n")]
    for line, text in enumerate(texts, start=block.line):
        if text is None:
            yield line, Reason.ENCODING
        elif text.strip(", \t\r"):
            yield line, _cells(text.removesuffix("\r"))


def _cells(text: str) -> list[str] | Reason:
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True))
    except (csv.Error, StopIteration):
        return Reason.QUOTES


def _decoded(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None
