"""In which language a person is answered, and what is asked about it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.rendering import render
from nhi_core.domain.errors import CacheUnavailable
from nhi_core.wire import ActionReply, Language, TurnReply
from tests.factories import events
from tests.factories.events import USER, text
from tests.integration.bot.conftest import Bench, button_data, words


def words_of(template: str, language: str, **data: object) -> str:
    return words(render(template, data, language=language, session="s")[0])


def ask_words(heard: Language, spoken: Language, *, chosen: bool) -> str:
    return words_of("language_ask", heard, heard=heard, spoken=spoken, chosen=chosen)


def hears(bench: Bench, language: Language, *, sure: bool = True, template: str = "greet") -> None:
    reply = TurnReply(replies=[ActionReply(template=template)], language=language, language_sure=sure)
    bench.rasa.answer = lambda _: reply


def choose(bench: Bench, language: Language) -> None:
    bench.core.conversations.choose_language(bench.core.conversations.open("line", USER).account_id, language)


def last(bench: Bench) -> list[str]:
    return [words(one) for one in bench.line.replies[-1][1]]


def test_who_has_not_chosen_is_answered_in_the_language_written_and_asked_once(bench: Bench) -> None:
    hears(bench, "en", sure=False)
    bench.work(text("hello"))
    assert last(bench) == [words_of("greet", "en"), ask_words("en", "zh-TW", chosen=False)]
    assert bench.menus == [(USER, "unbound", "en")]
    bench.work(text("how are you"))
    assert last(bench) == [words_of("greet", "en")]
    hears(bench, "zh-TW")
    bench.work(text("你好"))
    assert last(bench) == [words_of("greet", "zh-TW"), ask_words("zh-TW", "en", chosen=False)]
    hears(bench, "en")
    bench.work(text("hello"))
    assert last(bench) == [words_of("greet", "en")]


def test_a_chosen_language_stays_and_a_sentence_in_another_is_asked_about_once(bench: Bench) -> None:
    choose(bench, "th")
    hears(bench, "en", sure=False)
    bench.work(text("hello"))
    assert last(bench) == [words_of("greet", "th")]
    hears(bench, "en")
    bench.work(text("how much do i owe"))
    assert last(bench) == [words_of("greet", "th"), ask_words("en", "th", chosen=True)]
    bench.work(text("how much do i owe"))
    assert last(bench) == [words_of("greet", "th")]
    assert bench.menus == []


def test_the_question_is_not_asked_again_after_it_was_declined(bench: Bench) -> None:
    hears(bench, "en")
    bench.work(text("hello there my friend"))
    choose(bench, "zh-TW")
    bench.work(text("how much do i owe"))
    assert last(bench) == [words_of("greet", "zh-TW")]


def test_the_question_is_forgotten_after_its_time(bench: Bench) -> None:
    choose(bench, "th")
    hears(bench, "en")
    bench.work(text("how much do i owe"))
    key = next(
        bench.core.redis.scan_iter(match="*langask*"),
        None,
    )
    assert key is not None
    assert timedelta(days=89) < timedelta(seconds=bench.core.redis.ttl(key)) <= timedelta(days=90)


def test_its_buttons_settle_it(bench: Bench) -> None:
    hears(bench, "vi")
    bench.work(text("tôi nợ bao nhiêu"))
    data = button_data(bench, "change_language")
    assert re.search(r"language=vi$", data)
    bench.rasa.answer = lambda _: TurnReply(
        replies=[ActionReply(template="language_changed", args={"language": "vi"})], language="vi"
    )
    bench.work(events.event("postback", postback={"data": data}))
    asked = bench.rasa.asked[-1].intent
    assert asked is not None
    assert (asked.name, asked.entities) == ("change_language", {"language": "vi"})


def test_a_tap_says_nothing_about_the_language(bench: Bench) -> None:
    hears(bench, "en")
    session = bench.session()
    bench.work(events.event("postback", postback={"data": f"v=1&s={session}&i=help"}))
    assert last(bench) == [words_of("greet", "zh-TW")]


@pytest.mark.parametrize("template", ["language_changed", "change_language"])
def test_an_answer_about_the_language_needs_no_question(bench: Bench, template: str) -> None:
    hears(bench, "en", template=template)
    bench.work(text("english"))
    assert len(last(bench)) == 1


def test_the_quick_replies_of_all_messages_stand_under_the_last(bench: Bench) -> None:
    hears(bench, "en")
    bench.work(text("hello"))
    first, second = bench.line.replies[-1][1]
    assert "quickReply" not in first
    labels = [one["action"]["label"] for one in second["quickReply"]["items"]]
    greet = render("greet", {}, language="en", session=bench.session())[0]["quickReply"]["items"]
    assert labels == ["Keep English", "中文", *(one["action"]["label"] for one in greet)]


def test_without_a_memory_nothing_is_asked_and_the_answer_goes_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise CacheUnavailable("switched off")

    hears(bench, "en")
    monkeypatch.setattr("bot.languages.question", away)
    bench.work(text("hello"))
    assert len(last(bench)) == 1


def test_two_wishes_are_answered_in_their_order_in_one_reply(bench: Bench) -> None:
    two = [ActionReply(template="ask_arrears_consequence"), ActionReply(template="ask_instalment_rules")]
    bench.rasa.answer = lambda _: TurnReply(replies=two, language="zh-TW")
    bench.work(text("會鎖卡嗎，可以分期嗎"))
    [(_, messages)] = bench.line.replies
    assert [words(one) for one in messages] == [
        words_of("ask_arrears_consequence", "zh-TW"),
        words_of("ask_instalment_rules", "zh-TW"),
    ]
