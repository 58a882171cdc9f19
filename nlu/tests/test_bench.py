"""The benchmarks' own arithmetic: a wrong table is worse than none."""

from __future__ import annotations

import json
import sys
import threading
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import yaml

from nlu.bench import actions_at_once, crossval, massive, served
from nlu.bench.stock import project


@pytest.fixture
def left_out() -> crossval.LeftOutLines:
    """Return six lines of two intents, of which two of "pay" were taken for "greet"."""
    owner = np.array([0, 0, 1, 1, 1, 1])
    answer = np.array([0, 0, 0, 0, 1, 1])
    confidence = np.array([0.95, 0.9, 0.3, 0.35, 0.9, 1.0])
    return crossval.LeftOutLines(["greet", "pay"], owner, answer, confidence, 0.2)


def test_confusion_counts_what_each_intent_was_taken_for(left_out: crossval.LeftOutLines) -> None:
    counts = left_out.confusion(["pay", "unused", "greet"])
    assert counts.tolist() == [[2, 0, 2], [0, 0, 0], [0, 0, 2]]


def test_each_line_is_in_one_bin_even_at_full_confidence(left_out: crossval.LeftOutLines) -> None:
    found = list(crossval.bins(left_out))
    assert [(one.low, one.lines, one.right) for one in found] == [(0.2, 2, 0.0), (0.8, 4, 1.0)]


def test_calibration_error_is_the_gap_of_each_bin_weighted_by_its_lines() -> None:
    sure_and_half_right = crossval.LeftOutLines(
        ["a", "b"], np.array([0, 1]), np.array([0, 0]), np.array([1.0, 1.0]), 0.2
    )
    assert crossval.calibration_error(sure_and_half_right) == pytest.approx(0.5)


def test_report_has_a_row_for_every_intent_with_lines_and_names_the_confusion(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], left_out: crossval.LeftOutLines
) -> None:
    monkeypatch.setattr(crossval, "lines_by_language", lambda: {"en": [("x", "greet")]})
    monkeypatch.setattr(crossval, "leave_out", lambda _pairs, _language: left_out)
    monkeypatch.setattr(crossval, "intents_by_group", lambda: ["greet", "tap_only", "pay"])
    crossval.report(["en"], None)
    printed = capsys.readouterr().out
    assert "| pay | 50 → greet (2) |" in printed
    assert "| greet | 100 |" in printed
    assert "tap_only" not in printed


def test_pictures_are_written_for_each_language_and_one_for_confidence(
    tmp_path: Path, left_out: crossval.LeftOutLines
) -> None:
    from nlu.bench import pictures

    drawn = list(pictures.all_of({"en": left_out}, ["greet", "pay"], tmp_path))
    assert [one.file.name for one in drawn] == ["nlu-confusion-en.png", "nlu-reliability.png"]
    assert all(one.file.read_bytes().startswith(b"\x89PNG") for one in drawn)


def test_slots_of_thai_are_made_of_stretches_between_spaces_and_of_others_of_our_tokens() -> None:
    assert [token.text for token in massive.slot_tokens("ตอน เก้าโมง", "th")] == ["ตอน", "เก้าโมง"]
    assert [token.text for token in massive.slot_tokens("早上 九點", "zh-TW")] == ["早", "上", "九", "點"]


def test_annotated_slots_stand_where_their_words_stand_in_the_line() -> None:
    line = massive._line(
        {"annot_utt": "wake me at [time : nine am] on [date : friday]", "intent": "alarm_set"}
    )
    assert line.text == "wake me at nine am on friday"
    assert [(line.text[s.start : s.end], s.label) for s in line.slots] == [
        ("nine am", "time"),
        ("friday", "date"),
    ]


def test_stock_project_has_every_intent_with_a_rule_and_no_more_lines_than_asked(tmp_path: Path) -> None:
    folder = project.write(tmp_path, each=3, epochs=1)
    domain = yaml.safe_load((folder / "domain.yml").read_text(encoding="utf-8"))
    intents = [next(iter(intent)) for intent in domain["intents"]]
    rules = yaml.safe_load((folder / "data" / "rules.yml").read_text(encoding="utf-8"))["rules"]
    lines = yaml.safe_load((folder / "data" / "nlu.yml").read_text(encoding="utf-8"))["nlu"]
    # One rule more: what it does not understand is answered too.
    assert sorted(rule["rule"] for rule in rules) == sorted([*intents, "nlu_fallback"])
    assert project.WITH_ACTION in intents
    assert {len(entry["examples"].splitlines()) for entry in lines} == {3}
    assert project.write(tmp_path, each=3, epochs=1) == folder
    assert project.write(tmp_path, each=3, epochs=2) != folder


def test_action_server_answers_with_a_reply_named_for_the_action() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), actions_at_once.Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection = HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    connection.request("POST", "/webhook", json.dumps({"next_action": "action_x"}))
    answer = json.loads(connection.getresponse().read())
    connection.close()
    server.shutdown()
    server.server_close()
    assert answer["responses"][0]["custom"]["template"] == "action_x"


def test_an_aim_that_was_missed_is_called_so() -> None:
    slow = served.Served(ready=13.0, memory=500, memory_after=550, turn=10, throughput=50)
    ready, memory = served.verdicts(slow)
    assert ready.endswith("NOT met")
    assert memory.endswith(": met")


def test_a_server_that_ends_by_itself_is_told_of_with_its_last_words() -> None:
    words = [sys.executable, "-c", "raise SystemExit('no model here')"]
    server = served.Server(words, Path.cwd(), "/health", "/turn", {}, ours=True)
    with pytest.raises(RuntimeError, match="no model here"):
        served.measure(server, served.free_port(), turns=1)
