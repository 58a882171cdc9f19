"""How an office may reach a person: a telephone number, a mail address, or the chat alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from nhi_core.domain.errors import Invalid
from nhi_core.domain.identifiers import plain

_MAIL = re.compile(r"[a-z0-9._%+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,4}", re.ASCII)
_PHONE = re.compile(r"09\d{8}|0[2-8]\d{7,8}", re.ASCII)


class ContactKind(StrEnum):
    """Which way."""

    LINE = "line"  # nothing beyond the chat
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach a person; personal, so it shows nothing of itself."""

    kind: ContactKind
    value: str = ""

    def __repr__(self) -> str:
        """Show the kind alone."""
        return f"Contact(kind={self.kind!r})"

    @property
    def stored(self) -> str:
        """One text for one column; `parse_contact` reads it back."""
        return self.value or self.kind.value

    @property
    def masked(self) -> str:
        """Enough for its owner to see a slip, too little for who looks over the shoulder."""
        if self.kind is ContactKind.EMAIL:
            name, _, host = self.value.partition("@")
            return f"{name[:2]}***@{host}"
        return f"{self.value[:4]}***{self.value[-3:]}" if self.value else ""


def parse_contact(text: str) -> Contact:
    """Read `line`, a mail address, or a Taiwanese telephone number in any usual notation. Raises Invalid."""
    if text == ContactKind.LINE:
        return Contact(ContactKind.LINE)
    mail = text.strip().lower()
    if _MAIL.fullmatch(mail):
        return Contact(ContactKind.EMAIL, mail)
    number = plain(text).removeprefix("+").removeprefix("00")
    if number.startswith("886"):
        number = "0" + number[3:].removeprefix("0")
    if _PHONE.fullmatch(number):
        return Contact(ContactKind.PHONE, number)
    raise Invalid("neither a telephone number nor a mail address")
