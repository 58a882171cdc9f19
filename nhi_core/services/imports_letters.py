"""The letters of a pre-registration: the result to the unit's contact, and one to each person.

A person's letter holds no number, no name, no amount and no link: the agency's own letters never have links,
and one that has is taken for fraud. It is in all five languages, for nobody knows yet which one is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice

from nhi_core.domain.imports import SENTENCES, Reject

_MOST_ROWS = 200
_PERSON = "imports_letter_person.txt"


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail's subject and plain text."""

    subject: str
    text: str


def result_letter(file_name: str, *, succeeded: int, failed: int, rejects: Iterable[Reject]) -> Letter:
    """Return the letter to the contact: how many succeeded, how many failed, and where and why."""
    lines = [
        f"檔案 File: {file_name}",
        f"成功 Succeeded: {succeeded}",
        f"失敗 Failed: {failed}",
    ]
    shown = list(islice(rejects, _MOST_ROWS + 1))
    if shown:
        lines += ["", "失敗原因 Why rows failed:"]
        for reject in shown[:_MOST_ROWS]:
            zh, en = SENTENCES[reject.reason]
            lines.append(f"第 {reject.line} 列 row {reject.line} {reject.column}: {zh} / {en}")
        if len(shown) > _MOST_ROWS:
            lines.append("（其餘請見報表 The rest is in the report.）")
    lines += [
        "",
        "每位成功登記者會另收到一封通知，並仍須本人持健保卡到服務據點完成綁定。",
        "Each person registered gets a letter, and must still come with the NHI card to finish.",
    ]
    return Letter("健保卡整批註冊處理結果 Result of the bulk registration", "\n".join(lines))


def person_letter() -> Letter:
    """Return the letter to a person, from its text file: the subject's line, an empty line, the text."""
    subject, _, body = files("nhi_core.services").joinpath(_PERSON).read_text("utf-8").partition("\n\n")
    return Letter(subject, body.strip())
