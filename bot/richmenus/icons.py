"""Icons of the rich menus as vectors: each draws itself into a square of 0 to 100 with one pen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import ImageDraw

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws in units of a hundredth of the icon, on a picture of any size."""

    draw: ImageDraw.ImageDraw
    x: float
    y: float
    unit: float
    ink: str
    paper: str
    weight: float = 7

    def _at(self, points: Sequence[Point]) -> list[Point]:
        return [(self.x + px * self.unit, self.y + py * self.unit) for px, py in points]

    @property
    def _width(self) -> int:
        return max(1, round(self.weight * self.unit))

    def line(self, *points: Point) -> None:
        """Draw a line with round ends."""
        placed = self._at(points)
        self.draw.line(placed, fill=self.ink, width=self._width, joint="curve")
        radius = self._width / 2
        for px, py in (placed[0], placed[-1]):
            self.draw.ellipse((px - radius, py - radius, px + radius, py + radius), fill=self.ink)

    def box(self, left: float, top: float, right: float, bottom: float, *, round_: float = 8) -> None:
        """Draw the outline of a rounded rectangle."""
        (a, b), (c, d) = self._at([(left, top), (right, bottom)])
        self.draw.rounded_rectangle(
            (a, b, c, d), radius=round_ * self.unit, outline=self.ink, width=self._width
        )

    def ring(self, x: float, y: float, radius: float, *, wide: float | None = None) -> None:
        """Draw a circle's (or, with `wide`, an ellipse's) outline."""
        (a, b), (c, d) = self._at([(x - (wide or radius), y - radius), (x + (wide or radius), y + radius)])
        self.draw.ellipse((a, b, c, d), outline=self.ink, width=self._width)

    def dot(self, x: float, y: float, radius: float) -> None:
        """Draw a filled circle."""
        (a, b), (c, d) = self._at([(x - radius, y - radius), (x + radius, y + radius)])
        self.draw.ellipse((a, b, c, d), fill=self.ink)

    def shape(self, *points: Point) -> None:
        """Draw a filled polygon."""
        self.draw.polygon(self._at(points), fill=self.ink)

    def arc(self, x: float, y: float, radius: float, start: float, end: float) -> None:
        """Draw an arc, degrees clockwise from three o'clock."""
        (a, b), (c, d) = self._at([(x - radius, y - radius), (x + radius, y + radius)])
        self.draw.arc((a, b, c, d), start, end, fill=self.ink, width=self._width)


def _link(pen: Pen) -> None:
    pen.box(4, 32, 58, 68, round_=18)
    pen.box(42, 32, 96, 68, round_=18)


def _bill(pen: Pen) -> None:
    pen.line((22, 8), (78, 8), (78, 90), (64, 80), (50, 90), (36, 80), (22, 90), (22, 8))
    pen.line((36, 30), (64, 30))
    pen.line((36, 50), (64, 50))


def _calculator(pen: Pen) -> None:
    pen.box(20, 6, 80, 94)
    pen.box(34, 20, 66, 38, round_=3)
    for x in (36, 50, 64):
        for y in (56, 74):
            pen.dot(x, y, 5)


def _wallet(pen: Pen) -> None:
    pen.box(8, 24, 92, 84)
    pen.line((16, 24), (70, 10), (74, 22))
    pen.box(62, 44, 92, 64, round_=6)


def _calendar(pen: Pen) -> None:
    pen.box(12, 18, 88, 90)
    pen.line((12, 40), (88, 40))
    pen.line((32, 8), (32, 26))
    pen.line((68, 8), (68, 26))
    for x in (32, 50, 68):
        for y in (56, 72):
            pen.dot(x, y, 5)


def _card(pen: Pen) -> None:
    pen.box(6, 20, 94, 80)
    pen.ring(30, 44, 9)
    pen.arc(30, 72, 16, 200, 340)
    pen.line((56, 42), (80, 42))
    pen.line((56, 58), (80, 58))


def _person(pen: Pen) -> None:
    pen.ring(50, 46, 20)
    pen.arc(50, 44, 36, 180, 360)
    pen.line((14, 44), (14, 60))
    pen.line((86, 44), (86, 60))
    pen.arc(50, 108, 38, 205, 335)


def _globe(pen: Pen) -> None:
    pen.ring(50, 50, 42)
    pen.ring(50, 50, 42, wide=18)
    pen.line((10, 50), (90, 50))


def _heart(pen: Pen) -> None:
    pen.arc(32, 36, 22, 150, 325)
    pen.arc(68, 36, 22, 215, 390)
    pen.line((13, 46), (50, 88), (87, 46))


def _search(pen: Pen) -> None:
    pen.ring(42, 42, 30)
    pen.line((64, 64), (90, 90))


def _done(pen: Pen) -> None:
    pen.ring(50, 50, 42)
    pen.line((30, 52), (45, 66), (72, 36))


def _horn(pen: Pen) -> None:
    pen.line((14, 40), (38, 40), (82, 14), (82, 78), (38, 60), (14, 60), (14, 40))
    pen.line((28, 62), (36, 88), (46, 88), (42, 64))


def _chart(pen: Pen) -> None:
    pen.line((12, 10), (12, 88), (92, 88))
    for x, top in ((32, 58), (54, 38), (76, 20)):
        pen.line((x, 76), (x, top))


def _phone(pen: Pen) -> None:
    pen.box(28, 6, 72, 94)
    pen.line((44, 80), (56, 80))


def _question(pen: Pen) -> None:
    pen.ring(50, 50, 42)
    pen.arc(50, 40, 14, 180, 400)
    pen.line((60, 50), (50, 60))
    pen.dot(50, 74, 5)


ICONS: dict[str, Callable[[Pen], None]] = {
    "bind_account": _link,
    "query_arrears": _bill,
    "estimate_late_fee": _calculator,
    "ask_payment_channels": _wallet,
    "ask_instalment_rules": _calendar,
    "ask_hardship_help": _heart,
    "apply_card": _card,
    "change_language": _globe,
    "talk_to_person": _person,
    "search_notice": _search,
    "acknowledge_notice": _done,
    "report_promotion": _horn,
    "query_quality_report": _chart,
    "ask_hotline": _phone,
    "help": _question,
}
