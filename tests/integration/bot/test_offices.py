"""Clerks register one to one, editors tie groups: what is said, what the engine sees, what is recorded."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from bot.workers import groups
from nhi_core.domain.accounts import AccountKind
from nhi_core.domain.offices import ClerkRole, GroupState, Office
from tests.factories import events
from tests.factories.events import GROUP, OTHER, USER, event, tap, text
from tests.integration.bot.conftest import Bench, button_data
from tests.integration.bot.test_turn import words_of

NAME = "歐陽淑芬"
EDITOR = "U" + "9" * 32


@pytest.fixture(autouse=True)
def office(bench: Bench) -> Office:
    """An office that clerks can register with."""
    office = Office("KH-FENGSHAN", "高雄市鳳山區公所", "高雄市", 1)
    with bench.core.uow() as uow:
        uow.offices.put(office)
        uow.commit()
    return office


def account(bench: Bench, user: str = USER) -> str:
    return bench.core.conversations.open("line", user).account_id


def coded(bench: Bench, user: str = USER, office: str | None = "KH-FENGSHAN") -> None:
    """Let an account use an invitation; the dialogue in between is tests/unit/actions' business."""
    offices = bench.core.offices
    issued = offices.invite(office, staff="s") if office else offices.invite_editor(staff="s")
    bench.core.bindings.propose(account(bench, user), issued.code)


def registered(bench: Bench, user: str = USER, office: str | None = "KH-FENGSHAN") -> str:
    coded(bench, user, office)
    found = account(bench, user)
    bench.core.clerks.give_name(found, NAME)
    bench.core.clerks.choose_role(found, ClerkRole.CLERK if office else ClerkRole.EDITOR)
    return found


def tapped(bench: Bench, intent: str, **changes: Any) -> dict[str, Any]:
    raw = tap(button_data(bench, intent), **changes)
    bench.work(raw)
    return raw


def test_a_clerk_gives_the_name_and_the_engine_never_sees_it(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    coded(bench)
    bench.work(text(NAME))
    assert NAME in str(bench.line.replies[-1][1])
    raw = tapped(bench, "clerk_role")
    assert bench.ending(raw) == "answered"
    assert bench.menus == [(USER, "clerk", "zh-TW")]
    clerk = bench.core.clerks.of_account(account(bench))
    assert clerk is not None
    assert (clerk.name, clerk.office_code) == (NAME, "KH-FENGSHAN")
    assert bench.rasa.asked == []
    assert NAME not in caplog.text
    redis = bench.core.redis
    assert not [key for key in redis.scan_iter() if NAME.encode() in (redis.dump(key) or b"")]
    assert NAME not in str(bench.store.memory.audit) + str(bench.store.memory.inbound)


def test_the_notification_of_the_name_holds_no_name(bench: Bench) -> None:
    coded(bench)
    bench.work(text(NAME))
    assert bench.said() == [words_of("clerk_confirm", name="x", office="y", role="clerk")]
    assert NAME not in bench.said()[0]


@pytest.mark.parametrize("words", ["0912345678", "我要查欠費?", "A123456789"])
def test_what_is_no_name_is_asked_for_again(bench: Bench, words: str) -> None:
    coded(bench)
    bench.work(text(words))
    assert bench.said() == [words_of("clerk_name_refused")]
    assert bench.rasa.asked == []


def test_another_code_goes_to_the_dialogue_though_a_name_is_awaited(bench: Bench) -> None:
    coded(bench)
    bench.work(text("綁定 ABCD-2345"))
    assert bench.rasa.asked[0].text == "綁定 [CODE]"


def test_after_the_registration_texts_are_texts_again(bench: Bench) -> None:
    registered(bench)
    bench.work(text("你好"))
    assert bench.said() == [words_of("greet")]


def test_a_citizens_text_is_never_taken_as_a_name(bench: Bench) -> None:
    bench.work(text(NAME))
    assert bench.rasa.asked[0].text == NAME


def test_the_name_can_be_typed_anew_and_the_registration_broken_off(bench: Bench) -> None:
    coded(bench)
    bench.work(text("歐陽淑分"))
    tapped(bench, "clerk_rename")
    bench.work(text(NAME))
    tapped(bench, "clerk_stop")
    assert bench.said()[-1] == words_of("clerk_left")
    assert bench.core.conversations.open("line", USER).kind is AccountKind.UNBOUND
    assert bench.menus[-1] == (USER, "unbound", "zh-TW")
    bench.work(text("你好"))
    assert bench.said()[-1] == words_of("greet")


def test_a_clerk_changes_the_role_and_leaves(bench: Bench) -> None:
    registered(bench)
    bench.work(tap(f"v=1&s={bench.session()}&i=clerk_card"))
    tapped(bench, "clerk_role")
    clerk = bench.core.clerks.of_account(account(bench))
    assert clerk is not None
    assert clerk.role is ClerkRole.LEAD
    stale = tap(button_data(bench, "clerk_role"))
    tapped(bench, "clerk_leave")
    tapped(bench, "confirm_clerk_leave")
    assert bench.core.clerks.of_account(account(bench)) is None
    assert bench.menus[-1] == (USER, "unbound", "zh-TW")
    bench.work(stale)
    assert bench.said()[-1] == words_of("stale_button")


def test_a_rich_menu_ends_no_registration(bench: Bench) -> None:
    registered(bench)
    bench.work(tap("v=1&s=menu&i=confirm_clerk_leave"))
    assert bench.said() == [words_of("stale_button")]
    assert bench.core.clerks.of_account(account(bench)) is not None


@pytest.mark.parametrize("data", ["clerk_role&role=editor", "clerk_role&role=king", "clerk_role"])
def test_nobody_makes_oneself_an_editor_by_a_button(bench: Bench, data: str) -> None:
    registered(bench)
    bench.work(tap(f"v=1&s={bench.session()}&i={data}"))
    clerk = bench.core.clerks.of_account(account(bench))
    assert clerk is not None
    assert clerk.role is ClerkRole.CLERK
    assert bench.said() == [words_of("clerk_card", state="active", name="x", office="y", role="clerk",
                                     since="2026-09-10")]  # fmt: skip


@pytest.mark.parametrize("intent", ["clerk_card", "clerk_leave", "confirm_clerk_leave", "clerk_stop"])
def test_who_is_no_clerk_is_told_so(bench: Bench, intent: str) -> None:
    bench.work(tap(f"v=1&s={bench.session()}&i={intent}"))
    assert bench.said() == [words_of("clerk_none")]


def test_an_editor_ties_the_group_with_a_code(bench: Bench) -> None:
    registered(bench, EDITOR, None)
    bench.line.headcounts[GROUP] = 102
    bench.work(event("join", user=None, group=GROUP))
    code = bench.core.offices.tie_code(staff="s").display
    raw = text(code, user=EDITOR, group=GROUP)
    bench.work(raw)
    assert bench.said() == [words_of("group_hello"), words_of("group_tied")]
    assert bench.ending(raw) == "answered"
    group = bench.core.chat_groups.find(GROUP)
    assert group is not None
    assert (group.state, group.headcount) == (GroupState.TIED, 102)
    assert bench.rasa.asked == []


def test_a_group_is_tied_though_line_does_not_tell_the_headcount(bench: Bench) -> None:
    registered(bench, EDITOR, None)
    bench.work(text(bench.core.offices.tie_code(staff="s").display, user=EDITOR, group=GROUP))
    group = bench.core.chat_groups.find(GROUP)
    assert group is not None
    assert (group.state, group.headcount) == (GroupState.TIED, None)


def test_every_other_code_gets_one_and_the_same_answer_and_then_silence(bench: Bench) -> None:
    registered(bench)
    good = bench.core.offices.tie_code(staff="s").display
    tries = [
        text(good, user=USER, group=GROUP),  # a clerk's, not an editor's
        text(good, user=OTHER, group=GROUP),
        text("ABCD-2345", user=OTHER, group=GROUP),
        text(f"小幫手 {good}", user=OTHER, group=GROUP),
        text("ABCD2345", user=None, group=GROUP),
        text(good, user=OTHER, group=GROUP),
        text(good, user=OTHER, group=GROUP),
    ]
    for raw in tries:
        bench.work(raw)
    assert bench.said() == [words_of("group_tie_refused")] * 6
    assert bench.ending(tries[-1]) == "ignored"


def test_a_code_in_the_middle_of_chatter_is_chatter(bench: Bench) -> None:
    raw = text("我的序號是 ABCD-2345 有人知道嗎", group=GROUP)
    bench.work(raw)
    assert bench.said() == []
    assert bench.ending(raw) == "ignored"


@pytest.fixture
def tied(bench: Bench) -> str:
    """A tied group; its id with us."""
    registered(bench, EDITOR, None)
    bench.core.chat_groups.tie(GROUP, account(bench, EDITOR), bench.core.offices.tie_code(staff="s").code)
    group = bench.core.chat_groups.find(GROUP)
    assert group is not None
    return group.id


def row(bench: Bench) -> tuple[int, int, int | None]:
    (found,) = bench.core.chat_groups.rows()
    return found.members, found.registered, found.group.headcount


def test_members_of_a_tied_group_are_those_seen(bench: Bench, tied: str) -> None:
    registered(bench, USER)
    bench.work(text("早安", user=USER, group=GROUP))
    bench.work(events.message("sticker", user=OTHER, group=GROUP))
    assert row(bench) == (3, 2, None)
    bench.line.headcounts[GROUP] = 4
    members = [{"type": "user", "userId": "U" + "5" * 32}, {"type": "user"}, "x"]
    bench.work(event("memberJoined", user=None, group=GROUP, joined={"members": members}))
    assert row(bench) == (4, 2, 4)
    bench.line.headcounts[GROUP] = 3
    left = {"members": [{"type": "user", "userId": USER}]}
    bench.work(event("memberLeft", user=None, group=GROUP, left=left, replyToken=None))
    assert row(bench) == (3, 1, 3)
    assert bench.said() == []


def test_of_a_group_that_is_not_tied_nobody_is_written_down(bench: Bench) -> None:
    bench.work(event("join", user=None, group=GROUP))
    before = len(bench.store.memory.accounts)
    bench.work(text("早安", user=OTHER, group=GROUP))
    joined = {"members": [{"type": "user", "userId": OTHER}]}
    bench.work(event("memberJoined", user=None, group=GROUP, joined=joined))
    assert row(bench) == (0, 0, None)
    assert len(bench.store.memory.accounts) == before


def test_removed_from_a_group_the_tie_ends(bench: Bench, tied: str) -> None:
    raw = event("leave", user=None, group=GROUP, replyToken=None)
    bench.work(raw)
    group = bench.core.chat_groups.find(GROUP)
    assert group is not None
    assert group.state is GroupState.LEFT
    assert bench.ending(raw) == "ignored"


def test_with_the_database_away_a_groups_event_waits_and_is_not_lost(bench: Bench, tied: str) -> None:
    raw = event("leave", user=None, group=GROUP, replyToken=None)
    bench.store.away = True
    bench.work(raw)
    bench.store.away = False
    bench.clock.advance(seconds=10)
    bench.sweep()
    assert bench.ending(raw) == "ignored"
    group = bench.core.chat_groups.find(GROUP)
    assert group is not None
    assert group.state is GroupState.LEFT


def test_headcounts_are_kept_fresh(bench: Bench, tied: str) -> None:
    assert groups.count_groups(bench.office) == 0
    bench.line.headcounts[GROUP] = 102
    assert groups.count_groups(bench.office) == 1
    assert groups.count_groups(bench.office) == 0
    bench.clock.advance(hours=21)
    assert groups.count_groups(bench.office) == 1


def test_a_registration_left_lying_ends_and_its_menu_goes(bench: Bench) -> None:
    coded(bench)
    assert groups.end_unfinished(bench.office) == 0
    bench.clock.advance(hours=25)
    assert groups.end_unfinished(bench.office) == 1
    assert bench.menus == [(USER, "unbound", "zh-TW")]
