"""Bars for the console's pages, drawn by reportlab's charts and written as SVG that stands inside a page.

The table beside a chart says the same in figures; to a screen reader the chart is one picture with a title.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from markupsafe import Markup
from reportlab.graphics import renderSVG
from reportlab.graphics.charts.barcharts import BarChart, HorizontalBarChart, VerticalBarChart
from reportlab.graphics.charts.legends import Legend
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics

from bot.slips.lines import width

_WIDE, _HIGH, _ROW = 800, 260, 36
_MARGIN, _HEAD, _END = 20, 34, 130
_INK, _AXIS = HexColor("#1f2933"), HexColor("#6b7680")
_COLOURS = (HexColor("#00594f"), HexColor("#d98300"), HexColor("#6b7680"))
_MOST_NAMES = 14
_SVG = "http://www.w3.org/2000/svg"
# reportlab keeps one registry of fonts, and its SVG writer keeps state of its own, for the whole process.
_one_at_a_time = Lock()

Series = tuple[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Bars:
    """What is drawn: a bar a label, one a series.

    `stacked`: series on one another, upright, with the sum above; otherwise side by side, lying, from the top
    downwards. `notes`: what stands at the end of each bar or sum instead of its number.
    """

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    stacked: bool = False
    notes: Sequence[str] = ()


class _Face:
    ascent, descent = 880, -120


class _PageFont:
    """Lets reportlab measure text in the fonts that we set pages in; nothing is drawn with it."""

    fontName = "Chart"  # noqa: N815 - reportlab's names, here and below
    _dynamicFont = 0  # noqa: N815
    _multiByte = 0  # noqa: N815
    ascent, descent = _Face.ascent, _Face.descent
    face = _Face()

    def stringWidth(self, text: str, size: float, encoding: str = "") -> float:  # noqa: ARG002, N802
        """Return points."""
        return width(text, size)


def svg(bars: Bars) -> Markup:
    """Return the chart as an `svg` element; empty for no bars. Styles are forbidden by the pages' policy."""
    if not bars.labels:
        return Markup("")
    series = tuple((name, tuple(values)) for name, values in bars.series)
    return _drawn(Bars(bars.title, tuple(bars.labels), series, bars.stacked, tuple(bars.notes)))


@lru_cache(maxsize=64)
def _drawn(bars: Bars) -> Markup:
    """Draw a chart once: last month's figures do not change from one look to the next."""
    with _one_at_a_time:
        if _PageFont.fontName not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(_PageFont())
        root = ET.fromstring(renderSVG.drawToString(_drawing(bars)))  # noqa: S314 - our own text
    return Markup(_inline(root, bars))  # noqa: S704 - ElementTree has escaped all text


def _drawing(bars: Bars) -> Drawing:
    named = len(bars.series) > 1
    head = _HEAD if named else _MARGIN // 2
    high = _HIGH if bars.stacked else head + _ROW * len(bars.labels)
    drawing = Drawing(_WIDE, high)
    chart = _upright(bars) if bars.stacked else _lying(bars)
    chart.y = _MARGIN + 16 if bars.stacked else 0
    chart.height = high - head - chart.y - (_MARGIN if bars.stacked else 0)
    chart.valueAxis.valueMin = 0
    chart.valueAxis.valueMax = _most(bars) or 1
    chart.valueAxis.visible = False
    chart.categoryAxis.visibleTicks = False
    chart.categoryAxis.strokeColor = _AXIS
    chart.categoryAxis.labels.fontName = _PageFont.fontName
    chart.categoryAxis.labels.fontSize = 13
    chart.categoryAxis.labels.fillColor = _INK
    chart.barLabels.fontName = _PageFont.fontName
    chart.barLabels.fontSize = 13
    chart.barLabels.fillColor = _INK
    last = len(bars.series) - 1
    for place in range(len(bars.series)):
        chart.bars[place].fillColor = _COLOURS[place if bars.stacked else last - place]
        chart.bars[place].strokeColor = None
    drawing.add(chart)
    if named:
        drawing.add(_legend(bars, high))
    return drawing


def _upright(bars: Bars) -> BarChart:
    chart = VerticalBarChart()
    chart.x, chart.width = _MARGIN, _WIDE - 2 * _MARGIN
    chart.data = [tuple(values) for _, values in bars.series]
    chart.categoryAxis.style = "stacked"
    chart.categoryAxis.categoryNames = [*bars.labels] if len(bars.labels) <= _MOST_NAMES else None
    chart.barWidth, chart.groupSpacing = 12, 8
    chart.categoryAxis.labels.boxAnchor = "n"
    chart.categoryAxis.labels.dy = -4
    # The uppermost bar carries the sum; the ones below carry nothing.
    sums = [sum(values) for values in zip(*(values for _, values in bars.series), strict=True)]
    chart.barLabelFormat = "values"
    chart.barLabelArray = [*[[""] * len(sums)] * (len(bars.series) - 1), [*_notes(bars, sums)]]
    chart.barLabels.boxAnchor = "s"
    chart.barLabels.nudge = 4
    return chart


def _lying(bars: Bars) -> BarChart:
    chart = HorizontalBarChart()
    chart.x = 2 * _MARGIN + max(width(label, 13) for label in bars.labels)
    chart.width = _WIDE - chart.x - _END
    # The last one is drawn uppermost.
    upwards = bars.series[::-1]
    chart.data = [tuple(values) for _, values in upwards]
    chart.categoryAxis.categoryNames = [*bars.labels]
    chart.categoryAxis.reverseDirection = 1
    chart.barWidth, chart.groupSpacing = 10, 8
    chart.categoryAxis.labels.boxAnchor = "e"
    chart.categoryAxis.labels.dx = -8
    chart.barLabelFormat = "values"
    chart.barLabelArray = [[*_notes(bars, values)] for _, values in upwards]
    chart.barLabels.boxAnchor = "w"
    chart.barLabels.nudge = 6
    return chart


def _legend(bars: Bars, high: float) -> Legend:
    legend = Legend()
    legend.x, legend.y = _MARGIN, high - 6
    legend.alignment = "right"
    legend.columnMaximum = 1
    legend.fontName, legend.fontSize, legend.fillColor = _PageFont.fontName, 13, _INK
    legend.strokeColor = None
    legend.dx = legend.dy = 13
    legend.deltax = max(160, *(40 + width(name, 13) for name, _ in bars.series))
    legend.colorNamePairs = [(_COLOURS[place], name) for place, (name, _) in enumerate(bars.series)]
    return legend


def _notes(bars: Bars, values: Sequence[float]) -> Sequence[str]:
    return bars.notes or [f"{value:,}" for value in values]


def _most(bars: Bars) -> float:
    columns = zip(*(values for _, values in bars.series), strict=True)
    return max((sum(column) if bars.stacked else max(column) for column in columns), default=0)


def _inline(root: ET.Element, bars: Bars) -> str:
    ET.register_namespace("", _SVG)
    for parent in root.iter():
        for child in list(parent):
            if child.tag.rpartition("}")[2] in ("title", "desc", "clipPath"):
                parent.remove(child)
    for element in root.iter():
        # What stands in `style` may stand in attributes; the page's own font is used for text.
        style = element.attrib.pop("style", "")
        for name, _, value in (part.partition(":") for part in style.split(";") if part.strip()):
            if name.strip() not in ("font-family", "clip-path"):
                element.set(name.strip(), value.strip())
        if element.tag == f"{{{_SVG}}}text" and float(element.get("x", "0")) < 0:
            # Set back by a measured width: the page's own font may be wider, so the browser measures anew.
            element.set("x", "0")
            element.set("text-anchor", "middle" if bars.stacked else "end")
        element.attrib.pop("id", None)
        if not element.get("transform", "x").strip():
            del element.attrib["transform"]
    for name in ("width", "height"):
        del root.attrib[name]
    root.set("class", "chart")
    root.set("role", "img")
    root.set("aria-label", bars.title)
    return ET.tostring(root, encoding="unicode")
