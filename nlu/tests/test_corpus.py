"""A corpus that does not say its language is one language's: one machine learns it, and answers for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

from nlu.components.corpus import language_of_corpus
from nlu.components.language import by_script

CONFIG = Path(__file__).resolve().parents[1] / "config.yml"

# Household matters, far from ours. Some lines look like another language's; none says which it is.
CORPORA: Dict[str, Dict[str, List[str]]] = {
    "zh-TW": {
        "light": ["把客廳的燈打開", "幫我關燈", "燈太亮了", "臥室開燈", "door light 關掉", "ok 開燈"],
        "music": ["放一首歌", "播放音樂", "下一首", "play 周杰倫", "音樂小聲一點", "YouTube music"],
    },
    "en": {
        "light": [
            "turn the kitchen light on",
            "lights off",
            "switch it off",
            "too bright in here",
            "lamp on",
        ],
        "music": ["play some jazz", "next song please", "stop the music", "louder", "a song by the beatles"],
    },
    "id": {
        "light": ["nyalakan lampu dapur", "matikan lampu", "lampunya terlalu terang", "lampu kamar", "redup"],
        "music": ["putar lagu dangdut", "lagu berikutnya", "stop musik", "play music", "kecilkan suara"],
    },
    "vi": {
        "light": ["bật đèn nhà bếp", "tắt đèn đi", "đèn sáng quá", "mở đèn phòng ngủ", "den ngu"],
        "music": ["mở bài hát mới", "bài tiếp theo", "tắt nhạc", "nghe nhạc", "play nhạc trẻ"],
    },
    "th": {
        "light": ["เปิดไฟในครัว", "ปิดไฟ", "ไฟสว่างเกินไป", "เปิดไฟห้องนอน", "ปิด lamp"],
        "music": ["เล่นเพลง", "เพลงต่อไป", "หยุดเพลง", "YouTube", "เบาเสียงหน่อย"],
    },
}


def _texts(language: str) -> List[str]:
    return [line for lines in CORPORA[language].values() for line in lines]


@pytest.mark.parametrize("language", CORPORA)
def test_most_lines_decide_for_all(language: str) -> None:
    texts = _texts(language)
    assert language_of_corpus(texts, [by_script(text) for text in texts]) == language


def test_what_has_no_letters_has_no_say() -> None:
    texts = ["12", "7:30", "0.5", "ปิดไฟ"]
    assert language_of_corpus(texts, [by_script(text) for text in texts]) == "th"
    assert language_of_corpus(["1", "2"], [None, None]) == "zh-TW"


def _parser(folder: Path, language: str) -> Any:
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    os.environ["RASA_CACHE_DIRECTORY"] = str(folder / "cache")
    rows = ['version: "3.1"', "nlu:"]
    for intent, lines in CORPORA[language].items():
        rows += [f"- intent: {intent}", "  examples: |", *(f"    - {line}" for line in lines)]
    data = folder / "foreign.yml"
    data.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return Agent.load(str(train_nlu(str(CONFIG), str(data), str(folder), fixed_model_name="foreign")))


def test_rasa_trains_one_machine_for_it_and_parses_with_it(run: Callable, tmp_path: Path) -> None:
    agent = _parser(tmp_path, "id")
    # The last two would be read as English and Chinese; whatever they are, the one machine answers.
    for line, intent in (("matikan lampu dapur", "light"), ("stop musik", "music"), ("play music", "music")):
        parsed = run(agent.parse_message(line))
        assert parsed["language"] == "id"
        assert next(one["name"] for one in parsed["intent_ranking"] if one["name"] in CORPORA["id"]) == intent
    assert run(agent.parse_message("關燈"))["language"] == "id"
