"""The privacy notice: complete in five languages, open to everybody, and never changed behind its version."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from bot.app import create_app
from bot.privacy.pages import SECTIONS, VERSIONS, current, digest, words
from bot.rendering import render
from nhi_core.settings import Settings
from nhi_core.wire import LANGUAGES

languages = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    app = create_app(Settings.load(env_file=None), enqueue=lambda *_: None, tell=lambda *_: None)
    with app.test_client() as client:
        yield client


@languages
def test_it_says_all_items_of_the_law_and_the_processing_abroad(client: FlaskClient, language: str) -> None:
    page = client.get(f"/privacy?lang={language}")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert f'<html lang="{language}">' in text
    for section, parts in SECTIONS.items():
        for key in (f"{section}.title", *(f"{section}.{part}" for part in parts)):
            assert words(language).text(key).replace("'", "&#39;") in text, key
    assert "LINE" in words(language).text("abroad.text")
    assert re.search(r"\b15\b.*\b30\b", words(language).text("rights.text"))
    assert text.count("<h1>") == 1
    assert text.count("<h2 ") == 8
    assert "<script" not in text
    assert all(f'href="?lang={code}"' in text for code in LANGUAGES)


def test_it_names_its_version_and_the_day_from_which_it_applies(client: FlaskClient) -> None:
    version, day = current()
    text = client.get("/privacy?lang=en").get_data(as_text=True)
    assert f"Version {version}, in force from" in text
    assert str(day.year) in text
    days = [since for since, _digest in VERSIONS.values()]
    assert days == sorted(days)


def test_texts_do_not_change_without_a_new_version() -> None:
    assert digest() == VERSIONS[current()[0]][1], (
        "give the notice a new version, with its day and this digest"
    )


def test_every_language_says_the_same_things() -> None:
    wanted = words("zh-TW").keys()
    assert wanted == {
        "title", "version", "lead",
        *(f"{section}.{part}" for section, parts in SECTIONS.items() for part in ("title", *parts)),
    }  # fmt: skip
    for language in LANGUAGES:
        assert words(language).keys() == wanted


@languages
def test_the_chats_answer_leads_to_it(language: str) -> None:
    messages = render(
        "ask_privacy",
        {"privacy_page": "https://counter.example.test/privacy"},
        language=language,
        session="s",
    )
    assert f'"uri": "https://counter.example.test/privacy?lang={language}"' in json.dumps(messages)
