"""Every intent is answered, by its action or by its template, through the real rules and a whole agent."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
import yaml
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

DOMAIN = Path(__file__).resolve().parents[1] / "domain"
RULES = DOMAIN.parent / "data" / "rules"


def _steps() -> Dict[str, str]:
    """Return the first action of the one rule of every intent."""
    found: Dict[str, str] = {}
    for file in sorted(RULES.glob("*.yml")):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            intent, action = rule["steps"][0]["intent"], rule["steps"][1]["action"]
            assert intent not in found, f"two rules for {intent}"
            found[intent] = action
    return found


def _templates() -> Dict[str, str]:
    """Return the template of every response of the domain."""
    return {
        name: variants[0]["custom"]["template"]
        for file in sorted(DOMAIN.glob("*.yml"))
        for name, variants in yaml.safe_load(file.read_text(encoding="utf-8")).get("responses", {}).items()
    }


def _intents() -> List[str]:
    found: List[str] = []
    for file in sorted(DOMAIN.glob("*.yml")):
        found += [
            next(iter(intent))
            for intent in yaml.safe_load(file.read_text(encoding="utf-8")).get("intents", [])
        ]
    return found


def _say(
    run: Callable, agent: Any, text: str, sender: str = "sender-0123456789", language: str = "zh-TW"
) -> List[Dict]:
    output = CollectingOutputChannel()
    message = UserMessage(text, output, sender, metadata={"turn": "t" * 20, "language": language})
    run(agent.handle_message(message))
    return [reply["custom"] for reply in output.messages]


def test_every_intent_stands_once_in_the_domain_and_has_a_rule() -> None:
    intents = _intents()
    assert len(intents) == len(set(intents)) >= 68 + 3 + 1
    assert set(intents) == set(_steps())


@pytest.mark.parametrize("intent", _intents())
def test_every_intent_is_answered_by_one_reply(run: Callable, agent: Any, actions: Any, intent: str) -> None:
    replies = _say(run, agent, f"/{intent}")
    action = _steps()[intent]
    called = action.startswith("action_")
    assert [call["next_action"] for call in actions.calls] == ([action] if called else [])
    assert [reply["template"] for reply in replies] == [
        action[len("action_") :] if called else _templates()[action]
    ]


@pytest.mark.parametrize(
    "intent",
    ["query_arrears", "estimate_late_fee", "bind_account", "confirm_binding", "affirm", "nlu_fallback"],
)
def test_what_needs_the_binding_goes_to_the_action_server(intent: str) -> None:
    assert _steps()[intent].startswith("action_")


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


def test_a_broken_action_server_leaves_the_conversation_alive(
    run: Callable, agent: Any, actions: Any
) -> None:
    actions.broken = True
    assert _say(run, agent, "/query_arrears") == []
    actions.broken = False
    assert [reply["template"] for reply in _say(run, agent, "/query_arrears")] == ["query_arrears"]


def test_values_come_out_normalised(run: Callable, agent: Any) -> None:
    parsed = run(agent.parse_message("想分十二期 在小七繳"))
    assert {e["entity"]: e["value"] for e in parsed["entities"]} == {
        "period_count": 12,
        "payment_channel": "seven_eleven",
    }
    assert parsed["language"] == "zh-TW"
