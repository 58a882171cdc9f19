"""Acknowledgements of notices (已讀回應), and the one polite nudge before the deadline."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import product

from nhi_core.domain.codes import ALPHABET, LOOKALIKES
from nhi_core.domain.group_activity import Heard, MessageKind, kind_of
from nhi_core.domain.notices import CODE_LENGTH

# 「收到 #K7M2」, `ok＃k7m2`; without the sign only after a word that says it was read.
_CODE = re.compile(
    r"(?:#\s*|(?:收到|已讀|已閱|知悉|看過了?|了解|瞭解|ok|noted|received)[\s,，:：]*)"
    rf"([0-9a-z]{{{CODE_LENGTH}}})(?![0-9a-z])",
    re.IGNORECASE,
)


_SIGNED = re.compile(rf"#\s*[0-9a-z]{{{CODE_LENGTH}}}(?![0-9a-z])", re.IGNORECASE)


class AckWay(StrEnum):
    """How a clerk said that a notice was read. LINE itself tells nobody who has read what."""

    CODE = "code"  # 「收到 #K7M2」
    QUOTE = "quote"  # a quoted reply
    BUTTON = "button"  # a postback; in groups only where LINE gives the user id
    LINK = "link"  # a personal address
    WORDS = "words"  # said in the one-to-one chat, of the one notice that waits


@dataclass(frozen=True, slots=True)
class Ack:
    """One clerk's word for one notice, the first way it came. `office_code` is the office at that moment."""

    id: str
    notice_id: str
    clerk_id: str
    office_code: str | None
    way: AckWay
    said_at: datetime
    message_id: str | None = None
    taken_back_at: datetime | None = None


class NudgeState(StrEnum):
    """Where a nudge stands."""

    CLAIMED = "claimed"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Nudge:
    """One clerk is asked once, in the one-to-one chat, about one notice."""

    id: str
    notice_id: str
    clerk_id: str
    account_id: str
    state: NudgeState
    claimed_at: datetime
    tried_at: datetime
    reason: str | None = None
    settled_at: datetime | None = None

    @property
    def key(self) -> str:
        """The key in the ledger of sends; LINE's retry key is made of it."""
        return f"{self.id}:nudge"


def codes_in(text: str) -> Iterator[str]:
    """Yield the notice codes that a line may mean: any case or width, O read for Q forgiven."""
    for typed in _CODE.findall(unicodedata.normalize("NFKC", text)):
        for chars in product(*(LOOKALIKES.get(char, char) for char in typed.upper())):
            if set(chars) <= set(ALPHABET):
                yield "".join(chars)


def names_a_code(text: str) -> bool:
    """Whether a line surely means a code: "ok that" has four letters after a word, and means none."""
    return _SIGNED.search(unicodedata.normalize("NFKC", text)) is not None


def says_it_was_read(text: str) -> bool:
    """Whether a quoted reply says that the quoted message was read: it asks nothing and argues nothing."""
    heard = Heard(by_editor=False, message_type="text", text=text, quotes=MessageKind.EDITOR)
    return kind_of(heard) is MessageKind.READ_REPLY
