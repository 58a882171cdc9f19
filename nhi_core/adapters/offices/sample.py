"""The 77 township offices of Kaohsiung, Pingtung and Penghu, with a plausible size group each.

Names and counties are public. The groups are an example; only those named in the division's published slides
of 2022 (三民 鳳山 左營 · 仁武 橋頭 大社 · 路竹 美濃 馬公 旗山 · 崁頂 車城 彌陀 春日) are known to be so.
"""

from __future__ import annotations

from pathlib import Path

from nhi_core.domain import office_list
from nhi_core.domain.offices import Office

PATH = Path(__file__).parent / "kao_ping.csv"


def sample_offices() -> tuple[Office, ...]:
    """Return them, in the order of the file."""
    return office_list.read(PATH.read_text("utf-8"))
