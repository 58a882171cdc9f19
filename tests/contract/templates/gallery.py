"""Every template with every sample in every language, and how to look into a message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.rendering import render
from bot.rendering.store import Sample, samples
from nhi_core.wire import LANGUAGES

SESSION = "Zm9vYmFyYmF6cXV4MTIz"


@dataclass(frozen=True, slots=True)
class Case:
    """One template with one sample in one language, and the messages it makes."""

    sample: Sample
    language: str
    messages: list[dict[str, Any]]

    def __str__(self) -> str:
        return f"{self.sample.name} ({self.language})"


@cache
def cases(name: str) -> tuple[Case, ...]:
    """Return every case of one template."""
    return tuple(
        Case(sample, language, render(name, sample.data, language=language, session=SESSION))
        for sample in samples(name)
        for language in LANGUAGES
    )


def nodes(value: Any, background: str = "#FFFFFF") -> Iterator[tuple[dict[str, Any], str]]:
    """Yield every object of a message with the colour behind it."""
    if isinstance(value, list):
        for item in value:
            yield from nodes(item, background)
    elif isinstance(value, dict):
        background = value.get("backgroundColor", background)
        yield value, background
        for item in value.values():
            yield from nodes(item, background)


def leaves(value: Any) -> Iterator[str | int]:
    """Yield every text and number of some data."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield value


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.1)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
