"""The PO files: complete, alike, and nothing in them for nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import polib  # type: ignore[import-untyped]  # ships no types
import pytest

from bot.charts.year import year_chart
from bot.rendering import catalogue as module
from bot.rendering import render
from bot.rendering.catalogue import PLACEHOLDER, Catalogue, catalogue, po_path
from bot.rendering.lengths import graphemes
from bot.rendering.store import samples, template_names
from bot.richmenus.layouts import menus
from nhi_core.services.history import MonthMark, MonthState
from nhi_core.wire import LANGUAGES
from tests.contract.templates.gallery import SESSION
from tests.contract.templates.intents import INTENTS, TAPS

REFERENCE = "zh-TW"
FILES: dict[str, Any] = {language: polib.pofile(str(po_path(language))) for language in LANGUAGES}
languages = pytest.mark.parametrize("language", LANGUAGES)


def forms(entry: Any) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@languages
def test_nothing_is_missing_or_doubtful(language: str) -> None:
    file = FILES[language]
    assert {entry.msgid for entry in file} == {entry.msgid for entry in FILES[REFERENCE]}
    assert not [entry.msgid for entry in file if entry.fuzzy or entry.obsolete or not all(forms(entry))]


@languages
def test_placeholders_are_the_same_in_every_form(language: str) -> None:
    wanted = {
        entry.msgid: {name for form in forms(entry) for name in PLACEHOLDER.findall(form)}
        for entry in FILES[REFERENCE]
    }
    for entry in FILES[language]:
        for form in forms(entry):
            assert set(PLACEHOLDER.findall(form)) == wanted[entry.msgid], entry.msgid
            assert not re.search(r"[{}]", PLACEHOLDER.sub("", form)), entry.msgid


@languages
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    for entry in FILES[language]:
        if entry.msgid_plural:
            assert len(entry.msgstr_plural) == (2 if language == "en" else 1)


@languages
def test_every_wish_has_a_label_that_fits_a_button(language: str) -> None:
    for intent in INTENTS | TAPS:
        assert 1 <= graphemes(catalogue(language).text(f"intent.{intent}")) <= 20, intent


@languages
def test_no_two_wishes_have_the_same_label(language: str) -> None:
    labels = [catalogue(language).text(f"intent.{intent}") for intent in sorted(INTENTS | TAPS)]
    assert len(set(labels)) == len(labels)


def test_every_text_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    used: set[str] = set()

    class Watched(Catalogue):
        def text(self, key: str, args: Mapping[str, object] | None = None) -> str:
            used.add(key)
            return super().text(key, args)

    watched = Watched(REFERENCE)
    for place in ("bot.rendering.engine", "bot.richmenus.layouts", "bot.charts.year"):
        monkeypatch.setattr(f"{place}.catalogue", lambda _language: watched)
    for name in template_names():
        for sample in samples(name):
            render(name, sample.data, language=REFERENCE, session=SESSION)
    menus()
    marks = [MonthMark("2026-01", state, 826, 0) for state in MonthState]
    year_chart("2026", marks, REFERENCE)
    labels = {f"intent.{intent}" for intent in INTENTS | TAPS}
    assert module.catalogue(REFERENCE).keys() - used - labels == set()


def test_chinese_neither_threatens_nor_speaks_the_mainland_way() -> None:
    threats = ("否則", "強制", "處分", "後果", "立刻")
    elsewhere = ("短信", "賬", "網絡", "信息", "視頻", "激活", "質量", "鼠標", "登錄", "優惠券")
    for entry in FILES["zh-TW"]:
        assert not [word for word in threats + elsewhere if word in entry.msgstr], entry.msgid
