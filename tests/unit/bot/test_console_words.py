"""The console's words: every language of a domain has the same keys with the same placeholders."""

from __future__ import annotations

import ast
from pathlib import Path

import polib  # type: ignore[import-untyped]  # ships no types
import pytest

from bot.console.applications import REFUSE_NOTES, RETURN_NOTES
from bot.console.words import languages
from bot.rendering.catalogue import LOCALE_DIR, PLACEHOLDER, Catalogue, po_path
from nhi_core.services.payment_settling import ATTEMPT_AUDIT, ORDER_AUDIT
from nhi_core.wire import LANGUAGES

DOMAINS = sorted(path.stem for path in (LOCALE_DIR / "zh_TW" / "LC_MESSAGES").glob("console*.po"))


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_that_a_domain_has_is_whole(domain: str, language: str) -> None:
    if not po_path(language, domain).exists():
        assert language not in ("zh-TW", "en")
        return
    home, other = Catalogue("zh-TW", domain), Catalogue(language, domain)
    assert home.keys() == other.keys()
    for key in home.keys():  # noqa: SIM118 - a catalogue is no mapping
        spelt = [{*PLACEHOLDER.findall(form)} for form in (*home._texts[key], *other._texts[key])]
        assert all(one == spelt[0] for one in spelt), key
        assert all(form for form in other._texts[key]), key


def test_only_a_language_that_every_domain_has_is_offered() -> None:
    whole = {one for one in LANGUAGES if all(po_path(one, domain).exists() for domain in DOMAINS)}
    assert set(languages()) == whole
    assert whole == set(LANGUAGES)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_that_a_domain_has_is_in_order_and_not_doubtful(domain: str, language: str) -> None:
    if not po_path(language, domain).exists():
        return
    home, other = polib.pofile(str(po_path("zh-TW", domain))), polib.pofile(str(po_path(language, domain)))
    assert [entry.msgid for entry in other] == [entry.msgid for entry in home]
    assert not [entry.msgid for entry in other if entry.fuzzy or entry.obsolete]


@pytest.mark.parametrize("language", languages())
def test_a_note_to_an_applicant_names_the_button_as_it_is_written(language: str) -> None:
    notes, chat = Catalogue(language, "console_applications"), Catalogue(language)
    for key in ("return_note.all_arrears", "return_note.amount_changed"):
        assert chat.text("instalment.put_right") in notes.text(key)


@pytest.mark.parametrize("language", languages())
def test_a_ready_note_to_an_applicant_is_not_cut_off(language: str) -> None:
    notes = Catalogue(language, "console_applications")
    ready = [f"return_note.{one}" for one in RETURN_NOTES] + [f"refuse_note.{one}" for one in REFUSE_NOTES]
    assert max(len(notes.text(one)) for one in ready) <= 300


def _recorded() -> set[str]:
    """Return every event that the code records by its name, and all of the tables of audit events."""
    found: set[str] = set()
    for path in (Path(__file__).resolve().parents[3] / "nhi_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("audit.record"):
                found |= {one.value for one in node.args[:1] if isinstance(one, ast.Constant)}
            elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if ast.unparse(target).endswith("AUDIT_EVENTS"):
                    found |= {one.value for one in node.value.values if isinstance(one, ast.Constant)}
    return found | {*ORDER_AUDIT.values(), *ATTEMPT_AUDIT.values()}


def test_every_event_of_the_trail_has_words() -> None:
    words, recorded = Catalogue("zh-TW", "console_house"), _recorded()
    assert len(recorded) > 100
    assert {f"event.{event}" for event in recorded} <= {*words.keys()}
