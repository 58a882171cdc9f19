"""Every intent is answered, by its action or by its template, through the real rules and a whole agent."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
import yaml
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

DOMAIN = Path(__file__).resolve().parents[1] / "domain"
ACTIONS = {
    "bind_account": "bind_account",
    "confirm_binding": "confirm_binding",
    "cancel_binding": "cancel_binding",
    "ask_binding_status": "binding_status",
    "unbind_account": "unbind_account",
    "confirm_unbind": "confirm_unbind",
    "query_arrears": "query_arrears",
    "estimate_late_fee": "estimate_late_fee",
    "nlu_fallback": "did_you_mean",
    "talk_to_person": "talk_to_person",
    "change_language": "change_language",
    "affirm": "affirm",
    "deny": "deny",
    "inform": "inform",
    "stop": "stop",
    "apply_instalment": "apply_instalment",
    "instalment_guide": "instalment_guide",
    "query_instalment_status": "query_instalment_status",
    "withdraw_instalment": "withdraw_instalment",
}


def _intents() -> List[str]:
    found: List[str] = []
    for file in sorted(DOMAIN.glob("*.yml")):
        found += [next(iter(intent)) for intent in yaml.safe_load(file.read_text(encoding="utf-8")).get("intents", [])]
    return found


def _say(run: Callable, agent: Any, text: str, sender: str = "sender-0123456789", language: str = "zh-TW") -> List[Dict]:
    output = CollectingOutputChannel()
    message = UserMessage(text, output, sender, metadata={"turn": "t" * 20, "language": language})
    run(agent.handle_message(message))
    return [reply["custom"] for reply in output.messages]


def test_the_domain_has_every_intent_once() -> None:
    intents = _intents()
    assert len(intents) == len(set(intents)) == 68 + 4 + 1


@pytest.mark.parametrize("intent", _intents())
def test_every_intent_is_answered_by_one_reply(run: Callable, agent: Any, actions: Any, intent: str) -> None:
    replies = _say(run, agent, f"/{intent}")
    assert len(replies) == 1
    expected = ACTIONS.get(intent, {"stop": "stopped"}.get(intent, intent))
    assert replies[0]["template"] == expected
    assert [call["next_action"] for call in actions.calls] == ([f"action_{ACTIONS[intent]}"] if intent in ACTIONS else [])


def test_actions_see_the_turn_and_no_more_than_the_line(run: Callable, agent: Any, actions: Any) -> None:
    _say(run, agent, "我欠多少健保費")
    tracker = actions.calls[0]["tracker"]
    assert tracker["latest_message"]["metadata"] == {"turn": "t" * 20, "language": "zh-TW"}
    assert tracker["latest_message"]["intent"]["name"] == "query_arrears"


@pytest.mark.parametrize(
    ("language", "line", "template"),
    [
        ("zh-TW", "我欠多少健保費", "query_arrears"),
        ("zh-TW", "我欠多少健保费", "query_arrears"),
        ("en", "how much do i owe", "query_arrears"),
        ("id", "berapa tunggakan saya", "query_arrears"),
        ("vi", "tôi nợ bao nhiêu", "query_arrears"),
        ("th", "ฉันค้างเท่าไหร่", "query_arrears"),
        ("zh-TW", "今天天氣如何", "out_of_scope"),
    ],
)
def test_lines_reach_their_answer(run: Callable, agent: Any, language: str, line: str, template: str) -> None:
    assert [reply["template"] for reply in _say(run, agent, line, language=language)] == [template]


def test_a_conversation_goes_on_through_all_turns(run: Callable, agent: Any) -> None:
    for turn in range(60):
        intent = "query_arrears" if turn % 2 else "greet"
        assert [reply["template"] for reply in _say(run, agent, f"/{intent}")] == [intent]
    tracker = run(agent.tracker_store.retrieve("sender-0123456789"))
    assert len(tracker.events) <= 60


def test_a_broken_action_server_leaves_the_conversation_alive(run: Callable, agent: Any, actions: Any) -> None:
    actions.broken = True
    assert _say(run, agent, "/query_arrears") == []
    actions.broken = False
    assert [reply["template"] for reply in _say(run, agent, "/query_arrears")] == ["query_arrears"]


def test_values_come_out_normalised(run: Callable, agent: Any) -> None:
    parsed = run(agent.parse_message("想分十二期 在小七繳"))
    assert {e["entity"]: e["value"] for e in parsed["entities"]} == {"period_count": 12, "payment_channel": "seven_eleven"}
    assert parsed["language"] == "zh-TW"
