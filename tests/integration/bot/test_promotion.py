"""Photos of clerks in the chat: one answer for several, buttons to the end, fetched by a worker; groups."""

from __future__ import annotations

import dataclasses
import logging
from typing import Any
from urllib.parse import parse_qs

import pytest

from bot.line import RateLimited, Refused
from bot.workers import promotion
from nhi_core.domain.offices import Office
from nhi_core.domain.promotion import NOTE_WINDOW, PhotoState, ReportState
from tests.factories.events import OTHER, event, message, tap, text
from tests.factories.pictures import picture
from tests.fakes.line import KILLED_AFTER, Killed
from tests.integration.bot.conftest import Bench
from tests.integration.bot.test_offices import registered
from tests.integration.bot.test_turn import words_of


@pytest.fixture(autouse=True)
def office(bench: Bench) -> None:
    """An office with one clerk, who is USER."""
    with bench.core.uow() as uow:
        uow.offices.put(Office("KH-FENGSHAN", "高雄市鳳山區公所", "高雄市", 1))
        uow.commit()
    registered(bench)


def image(bench: Bench, number: int | None = None, *, set_id: str = "s1", **more: Any) -> dict[str, Any]:
    """A photo (of a set of three, when it has a number) whose content the platform has."""
    extra = {"imageSet": {"id": set_id, "index": number, "total": 3}} if number is not None else {}
    raw = message("image", contentProvider={"type": "line"}, **extra, **more)
    bench.line.contents[raw["message"]["id"]] = picture(colour=f"#{len(bench.line.contents):06x}")
    return raw


def said_templates(bench: Bench) -> str:
    return str(bench.line.replies[-1][1])


def choice(bench: Bench, do: str, to: str | None = None) -> str:
    """Return the data of a button of the last reply."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == "postback":
                fields = parse_qs(node["data"])
                if fields.get("do") == [do] and (to is None or fields.get("to") == [to]):
                    found.append(node["data"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(bench.line.replies[-1][1])
    assert found, f"no button to {do} {to}"
    return found[0]


def press(bench: Bench, do: str, to: str | None = None, **more: Any) -> dict[str, Any]:
    raw = tap(choice(bench, do, to), **more)
    bench.work(raw)
    return raw


def report_it(bench: Bench, theme: str = "arrears", channel: str = "poster") -> None:
    bench.work(image(bench))
    press(bench, "theme", theme)
    press(bench, "channel", channel)


def reports(bench: Bench) -> list[Any]:
    return list(bench.store.memory.promotion_reports.values())


def photos(bench: Bench) -> list[Any]:
    return list(bench.store.memory.promotion_photos.values())


class TestOneToOne:
    def test_three_photos_one_report_one_answer_in_any_order(self, bench: Bench) -> None:
        raws = [image(bench, number) for number in (3, 1, 2)]
        bench.work(*raws)
        assert [bench.ending(raw) for raw in raws] == ["answered", "ignored", "ignored"]
        assert bench.said() == [words_of_alt("theme")]
        assert len(reports(bench)) == 1
        assert len(photos(bench)) == 3
        assert bench.rasa.asked == []

    def test_from_the_photo_to_the_filed_report_by_two_taps(self, bench: Bench) -> None:
        report_it(bench)
        assert "謝謝" in bench.said()[-1]
        (report,) = reports(bench)
        assert (report.state, report.theme, report.channel) == (ReportState.FILED, "arrears", "poster")
        assert bench.rasa.asked == []
        assert bench.line.pushes == []

    def test_a_worker_keeps_what_came_and_the_card_says_so(self, bench: Bench) -> None:
        bench.work(image(bench, 1), image(bench, 2))
        assert promotion.sweep(bench.office) == 2
        assert [one.state for one in photos(bench)] == [PhotoState.KEPT] * 2
        press(bench, "theme", "arrears")
        press(bench, "channel", "poster")
        assert "靜態 1 件" in said_templates(bench)

    def test_a_wrong_choice_is_mended_with_a_tap(self, bench: Bench) -> None:
        report_it(bench)
        press(bench, "fix_theme")
        press(bench, "theme", "hardship")
        press(bench, "fix_channel")
        press(bench, "channel", "festival")
        (report,) = reports(bench)
        assert (report.state, report.theme, report.channel) == (ReportState.FILED, "hardship", "festival")

    def test_after_the_month_closed_it_says_so_kindly(self, bench: Bench) -> None:
        report_it(bench)
        data = choice(bench, "fix_theme")
        bench.clock.advance(days=40)
        bench.work(tap(data))
        assert bench.said()[-1:] == [words_of("promotion_closed")]

    def test_the_buttons_hold_in_a_later_session(self, bench: Bench) -> None:
        bench.work(image(bench))
        data = choice(bench, "theme", "arrears")
        bench.clock.advance(hours=13)
        bench.work(tap(data))
        assert reports(bench)[0].theme == "arrears"

    def test_somebody_else_s_button_does_nothing(self, bench: Bench) -> None:
        bench.work(image(bench))
        data = choice(bench, "withdraw")
        registered(bench, OTHER)
        bench.work(tap(data, user=OTHER))
        assert bench.said()[-1:] == [words_of("stale_button")]
        assert reports(bench)[0].state is ReportState.ASKED_THEME

    @pytest.mark.parametrize("entities", ["do=explode", "do=theme&to=suspension", "do=channel&to=poster"])
    def test_a_button_that_fits_nothing_is_stale(self, bench: Bench, entities: str) -> None:
        bench.work(image(bench))
        data = choice(bench, "withdraw")
        bench.work(tap(data.replace("do=withdraw", entities)))
        assert bench.said()[-1:] == [words_of("stale_button")]

    def test_what_was_no_report_is_taken_back(self, bench: Bench) -> None:
        bench.work(image(bench))
        press(bench, "withdraw")
        assert reports(bench)[0].state is ReportState.WITHDRAWN

    def test_a_citizen_s_photo_is_what_it_was(self, bench: Bench) -> None:
        raw = image(bench, user=OTHER)
        bench.work(raw)
        assert bench.said() == [words_of("media_received")]
        assert reports(bench) == []

    def test_an_editor_s_photo_too(self, bench: Bench) -> None:
        registered(bench, OTHER, None)
        bench.work(image(bench, user=OTHER))
        assert bench.said() == [words_of("media_received")]

    @pytest.mark.parametrize(
        ("kind", "fields", "taken"),
        [
            ("file", {"fileName": "poster.JPG", "fileSize": 90_000}, True),
            ("file", {"fileName": "photo.heic", "fileSize": 90_000}, True),
            ("file", {"fileName": "poster.jpg", "fileSize": 90_000_000}, False),
            ("file", {"fileName": "list.xlsx", "fileSize": 9_000}, False),
            ("file", {"fileName": "poster.jpg"}, False),
            ("video", {"duration": 3000}, False),
        ],
    )
    def test_a_file_is_taken_when_it_may_be_a_photo(
        self, bench: Bench, kind: str, fields: dict[str, Any], taken: bool
    ) -> None:
        bench.work(message(kind, **fields))
        assert len(photos(bench)) == taken
        assert (bench.said() == [words_of("promotion_photos_only")]) is not taken

    def test_the_same_event_again_is_one_photo_and_one_answer(self, bench: Bench) -> None:
        raw = image(bench)
        bench.work(raw)
        bench.work({**raw, "deliveryContext": {"isRedelivery": True}})
        assert len(photos(bench)) == 1
        assert len(bench.line.replies) == 1

    def test_killed_after_the_row_it_is_answered_once(self, bench: Bench) -> None:
        raw = image(bench)
        bench.line.script.append(KILLED_AFTER)
        with pytest.raises(Killed):
            bench.work(raw)
        bench.clock.advance(minutes=5)
        bench.sweep()
        assert len(photos(bench)) == 1
        assert len(bench.line.replies) == 1

    def test_the_database_away_loses_no_photo(self, bench: Bench) -> None:
        raw = image(bench)
        bench.store.away = True
        bench.work(raw)
        bench.store.away = False
        assert photos(bench) == []
        bench.work(tap(_retry(bench)))
        assert len(photos(bench)) == 1


def _retry(bench: Bench) -> str:
    for node in nodes_of(bench.line.replies[-1][1]):
        if node.get("type") == "postback" and "i=retry" in node["data"]:
            return str(node["data"])
    raise AssertionError("no button to try again")


def nodes_of(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from nodes_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from nodes_of(item)


def words_of_alt(step: str) -> str:
    from bot.rendering.catalogue import catalogue

    words = catalogue("zh-TW")
    return f"{words.text('promotion.title')} {words.text(f'promotion.ask_{step}')}"


class TestNotes:
    def test_a_word_after_the_photo_is_kept_and_reaches_neither_engine_nor_log(
        self, bench: Bench, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        bench.work(image(bench), text("鳳山里民大會擺攤"))
        assert reports(bench)[0].note == "鳳山里民大會擺攤"
        assert bench.rasa.asked == []
        assert "里民大會" not in caplog.text
        assert bench.said()[-2:] == [_text("promotion.noted"), words_of_alt("theme")]

    def test_a_question_is_answered_like_any_other(self, bench: Bench) -> None:
        bench.work(image(bench), text("請問健保費怎麼繳"))
        assert reports(bench)[0].note is None
        assert [one.text for one in bench.rasa.asked] == ["請問健保費怎麼繳"]

    def test_what_has_a_number_of_a_person_in_it_is_no_note(self, bench: Bench) -> None:
        bench.work(image(bench), text("民眾 A123456789 來領"))
        assert reports(bench)[0].note is None

    def test_the_word_itself_is_no_note(self, bench: Bench) -> None:
        bench.work(image(bench), text("宣導回報"))
        assert [one.text for one in bench.rasa.asked] == ["宣導回報"]

    def test_what_was_meant_otherwise_is_forgotten(self, bench: Bench) -> None:
        bench.work(image(bench), text("欠費"))
        press(bench, "not_note")
        assert reports(bench)[0].note is None
        assert bench.said()[-1:] == [words_of("promotion_note_dropped")]

    def test_later_a_text_is_a_text(self, bench: Bench) -> None:
        bench.work(image(bench))
        bench.clock.advance(seconds=int(NOTE_WINDOW.total_seconds()) + 1)
        bench.work(text("欠費"))
        assert [one.text for one in bench.rasa.asked] == ["欠費"]


def _text(key: str) -> str:
    from bot.rendering.catalogue import catalogue

    return catalogue("zh-TW").text(key)


class TestFetching:
    def photo(self, bench: Bench, content: Any) -> Any:
        raw = image(bench)
        bench.line.contents[raw["message"]["id"]] = content
        bench.work(raw)
        return photos(bench)[-1]

    def now(self, bench: Bench, photo: Any) -> Any:
        return bench.store.memory.promotion_photos[photo.id]

    def test_it_is_hurried_with_its_id_alone(self, bench: Bench) -> None:
        hurried: list[tuple[str, str]] = []
        bench.office = dataclasses.replace(
            bench.office,
            desk=dataclasses.replace(bench.office.desk, hurry=lambda *task: hurried.append(task)),
        )
        bench.work(image(bench))
        assert hurried == [("promotion.fetch", photos(bench)[0].id)]

    def test_not_ready_is_tried_again(self, bench: Bench) -> None:
        photo = self.photo(bench, None)
        assert promotion.fetch(bench.office, photo.id) == "later"
        bench.line.contents[photo.message_id] = picture()
        assert promotion.sweep(bench.office) == 0
        bench.clock.advance(seconds=3)
        assert promotion.sweep(bench.office) == 1
        assert self.now(bench, photo).state is PhotoState.KEPT

    @pytest.mark.parametrize("status", [404, 410])
    def test_gone_is_recorded(self, bench: Bench, status: int) -> None:
        photo = self.photo(bench, Refused(status, "gone"))
        assert promotion.fetch(bench.office, photo.id) == "gone"
        assert self.now(bench, photo).state is PhotoState.GONE

    def test_a_platform_that_is_busy_is_asked_again(self, bench: Bench) -> None:
        photo = self.photo(bench, RateLimited())
        assert promotion.fetch(bench.office, photo.id) == "later"
        assert self.now(bench, photo).state is PhotoState.WAITING

    def test_what_is_no_picture_is_refused(self, bench: Bench) -> None:
        photo = self.photo(bench, b"<html>")
        assert promotion.fetch(bench.office, photo.id) == "refused"

    def test_a_second_worker_finds_nothing_to_do(self, bench: Bench) -> None:
        photo = self.photo(bench, picture())
        assert promotion.fetch(bench.office, photo.id) == "kept"
        assert promotion.fetch(bench.office, photo.id) is None
        assert promotion.fetch(bench.office, "nobody") is None

    def test_unsent_content_is_deleted(self, bench: Bench) -> None:
        photo = self.photo(bench, picture())
        promotion.fetch(bench.office, photo.id)
        raw = event("unsend", unsend={"messageId": photo.message_id}, replyToken=None)
        bench.work(raw)
        assert bench.ending(raw) == "ignored"
        assert self.now(bench, photo).state is PhotoState.UNSENT
        assert bench.core.promotion_photos.content(self.now(bench, photo).digest or "0" * 64) is None
        assert reports(bench)[0].state is ReportState.WITHDRAWN

    def test_what_nobody_goes_on_with_ends_without_a_push(self, bench: Bench) -> None:
        self.photo(bench, picture())
        bench.clock.advance(hours=25)
        assert promotion.tidy(bench.office) == 1
        assert bench.line.pushes == []
