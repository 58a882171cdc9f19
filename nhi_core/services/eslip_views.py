"""What the chat and the pages see of e-slips."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from nhi_core.domain.errors import Invalid
from nhi_core.domain.eslip import EslipState, Holder
from nhi_core.services.eslip_content import SlipContent


class FieldInvalid(Invalid):
    """What was typed into one field of the page cannot be right."""

    def __init__(self, field: str) -> None:
        """Keep the field's name."""
        self.field = field
        super().__init__(field)


@dataclass(frozen=True, slots=True)
class Standing:
    """One subscription as its owner sees it. `first_slip`, `ended_slip`: ISO months."""

    holder: Holder
    state: EslipState
    email_masked: str
    first_slip: str | None
    ended_slip: str | None
    code_until: datetime | None


@dataclass(frozen=True, slots=True)
class EslipView:
    """What the chat shows: where things stand, the page's address, and which slip a change reaches now.

    `subscribed` is what is in force, `email_masked` where the slips go.
    """

    subscribed: bool
    email_masked: str
    first_slip: str | None
    reaches: str
    url: str
    minutes: int


@dataclass(frozen=True, slots=True)
class EslipEnd:
    """A subscription that would end, or did: `reaches` is the first month whose slip is on paper again."""

    email_masked: str
    reaches: str


@dataclass(frozen=True, slots=True)
class SlipOffer:
    """The page of a slip. `total` NT$, `until` the last day of its codes."""

    total: int
    until: date
    url: str
    minutes: int


@dataclass(frozen=True, slots=True)
class EslipPage:
    """What the page shows. `units`: the person answers for a unit as well."""

    standings: tuple[Standing, ...]
    units: bool
    reaches: str

    def of(self, holder: Holder, state: EslipState) -> Standing | None:
        """Return the holder's subscription in this state."""
        return next((one for one in self.standings if (one.holder, one.state) == (holder, state)), None)


@dataclass(frozen=True, slots=True)
class SlipFile:
    """A slip to be drawn, and what opens it."""

    content: SlipContent
    password: str

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "SlipFile(…)"
