"""Files as they come: encodings, broken lines, endless lines, and reports that are safe to open."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.adapters.premiums.files import Block, blocks_of, heading_of, lines_of, survey, write_report
from nhi_core.adapters.premiums.files.report import safe_cell
from nhi_core.domain.imports import FileRefused, Reason, Reject

TEXT = "繳款單編號,投保單位\nB1,臺中市后里區公所\nB2,許功蓋\n"


def put(folder: Path, data: bytes) -> Path:
    path = folder / "file.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "encoding", "body"),
    [
        (TEXT.encode(), "utf-8", 0),
        (TEXT.encode("utf-8-sig"), "utf-8", 3),
        (TEXT.encode("cp950"), "cp950", 0),
        (b"payment,bill\n1,2\n", "utf-8", 0),
        (TEXT.encode() + b"B3,\xff\n", "utf-8", 0),
        (TEXT.encode("cp950") + b"B3,\xff\n", "cp950", 0),
    ],
)
def test_the_encoding_is_found_out(tmp_path: Path, data: bytes, encoding: str, body: int) -> None:
    found = survey(put(tmp_path, data))
    assert (found.encoding, found.body, found.size) == (encoding, body, len(data))


def test_the_encoding_may_be_told(tmp_path: Path) -> None:
    path = put(tmp_path, TEXT.encode("cp950"))
    assert survey(path, "big5").encoding == "cp950"
    with pytest.raises(FileRefused, match="utf-8 or big5"):
        survey(path, "latin-1")


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "empty"), (TEXT.encode("utf-16"), "UTF-16"), (b"PK\x03\x04rest", "spreadsheet")],
)
def test_what_is_no_csv_file_is_refused_in_plain_words(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        survey(put(tmp_path, data))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="cannot be read"):
        survey(tmp_path / "nowhere.csv")


@given(
    lines=st.lists(st.text('ab,"許功蓋 ', max_size=12), max_size=40),
    size=st.integers(1, 60),
    last=st.booleans(),
)
def test_blocks_hold_every_line_once_whatever_their_size(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], size: int, last: bool
) -> None:
    data = ("\n".join(lines) + ("\n" if last else "")).encode("cp950")
    path = put(tmp_path_factory.mktemp("blocks"), data)
    blocks = list(blocks_of(path, offset=0, line=1, size=size))
    assert b"".join(block.data for block in blocks) == data
    line, start = 1, 0
    for block in blocks:
        assert (block.line, block.start) == (line, start)
        line, start = line + block.lines, block.end
    # Going on from any block's start gives the same rows.
    whole = [row for block in blocks for row in lines_of(block, "cp950")]
    for index, block in enumerate(blocks):
        rest = [
            row
            for b in blocks_of(path, offset=block.start, line=block.line, size=7)
            for row in lines_of(b, "cp950")
        ]
        assert rest == [row for b in blocks[index:] for row in lines_of(b, "cp950")]
        assert rest == whole[len(whole) - len(rest) :]


def test_a_broken_line_spoils_itself_alone() -> None:
    data = b'a,b\r\n"open,b\n"c ""x"", d",e\n\xff,g\n,,\n\nh,i'
    rows = list(lines_of(Block(10, 0, len(data), data), "utf-8"))
    assert rows == [
        (10, ["a", "b"]),
        (11, Reason.QUOTES),
        (12, ['c "x", d', "e"]),
        (13, Reason.ENCODING),
        (16, ["h", "i"]),
    ]


def test_an_endless_line_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = put(tmp_path, b"a,b\n" + b"x" * 300_000)
    with pytest.raises(FileRefused, match="longer than"):
        list(blocks_of(path, offset=0, line=1, size=65_536))


def test_the_heading_stands_behind_the_byte_order_mark(tmp_path: Path) -> None:
    path = put(tmp_path, TEXT.encode("utf-8-sig"))
    cells, end = heading_of(path, survey(path))
    assert cells == ["繳款單編號", "投保單位"]
    assert path.read_bytes()[end:].startswith(b"B1")


def test_the_report_says_where_and_why_in_two_languages(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    assert write_report(path, [Reject(3, "due", Reason.DATE), Reject(5, "", Reason.COLUMNS)]) == 2
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["column"], row["reason"]) for row in rows] == [
        ("3", "due", "date"),
        ("5", "", "columns"),
    ]
    assert all(row["說明"] and row["explanation"] for row in rows)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_of_a_report_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell("x=1") == "x=1"
