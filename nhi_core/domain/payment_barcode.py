"""The three-segment convenience-store barcode (Code 39) of Taiwanese collection slips.

Segment 1: collected until, ROC `YYMMDD`, and a three-character collection item. Segment 2: the issuer's
16-character reference. Segment 3: four digits of the issuer (the agency: ROC `YYMM`), two check characters,
nine digits of whole NT$. Layout and check characters: three independent public implementations agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from nhi_core.domain.errors import Invalid
from nhi_core.domain.roc import PremiumMonth

STORE_LIMIT = 20_000  # NT$: what a store may take on one slip
_VALUES: dict[str, int] = {
    **{str(digit): digit for digit in range(10)},
    **{letter: number for number, letter in enumerate("ABCDEFGHI", start=1)},
    **{letter: number for number, letter in enumerate("JKLMNOPQR", start=1)},
    **{letter: number for number, letter in enumerate("STUVWXYZ", start=2)},
    **dict(zip("+%-. $/", (1, 2, 6, 7, 8, 9, 0), strict=True)),
}
_ITEM = re.compile(r"[0-9A-Z]{3}")
_REFERENCE = re.compile(r"[0-9A-Z]{1,16}")
_ROC = 1911


@dataclass(frozen=True, slots=True)
class StoreBarcode:
    """Three texts, each drawn as one Code 39 symbol, in this order."""

    first: str
    second: str
    third: str

    @property
    def segments(self) -> tuple[str, str, str]:
        """The three in the order in which the cashier scans them."""
        return self.first, self.second, self.third


def check_characters(first: str, second: str, third: str) -> str:
    """Return the two check characters; `third` comes without them. Raises errors.Invalid.

    Odd and even places are summed over each segment by itself; the sums mod 11 give the characters, where 0
    and 10 become A and B (odd), X and Y (even).
    """
    try:
        odd = sum(_VALUES[char] for part in (first, second, third) for char in part[0::2]) % 11
        even = sum(_VALUES[char] for part in (first, second, third) for char in part[1::2]) % 11
    except KeyError:
        raise Invalid("a character that Code 39 does not have") from None
    return {0: "A", 10: "B"}.get(odd, str(odd)) + {0: "X", 10: "Y"}.get(even, str(even))


def build(*, until: date, item: str, reference: str, month: PremiumMonth, amount: int) -> StoreBarcode:
    """Return the barcode. Raises errors.Invalid for what a store cannot take (also above NT$20,000)."""
    if not 0 < amount <= STORE_LIMIT:
        raise Invalid("a store does not take this amount")
    if not _ITEM.fullmatch(item) or not _REFERENCE.fullmatch(reference):
        raise Invalid("not a collection item or reference")
    first = f"{(until.year - _ROC) % 100:02d}{until:%m%d}{item}"
    return join(first, reference.rjust(16, "0"), f"{(month.year - _ROC) % 100:02d}{month.month:02d}", amount)


def join(first: str, second: str, head: str, amount: int) -> StoreBarcode:
    """Return the barcode of ready-made segments; `head` is the third one's four characters."""
    money = f"{amount:09d}"
    if len(money) > 9:
        raise Invalid("an amount of at most nine digits")
    return StoreBarcode(first, second, f"{head}{check_characters(first, second, head + money)}{money}")
