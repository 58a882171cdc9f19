"""The lint finds what spoils learning, and lets clean data pass."""

from __future__ import annotations

from pathlib import Path
from typing import List

import pytest

from nlu import lint
from nlu.lint import Example, Least

INTENTS, ENTITIES = {"greet", "thank"}, {"amount"}
NONE = Least(0, 0, 0)


def _example(text: str, intent: str = "greet", entities: tuple = (), language: str = "en") -> Example:
    return Example(language, intent, text, Path(f"{language}/{intent}.yml"), entities)


def _found(examples: List[Example], least: Least = NONE) -> List[str]:
    return list(lint.problems(examples, INTENTS, ENTITIES, least))


def test_clean_data_passes() -> None:
    assert (
        _found(
            [
                _example("hello"),
                _example("thank you so much", "thank"),
                _example("pay 826", entities=((4, 7, "amount"),)),
            ]
        )
        == []
    )


@pytest.mark.parametrize(
    ("examples", "word"),
    [
        ([_example("Hello!"), _example("hello", "thank")], "stands under"),
        ([_example("hello"), _example("ＨＥＬＬＯ")], "stands 2 times"),
        (
            [
                _example("could you please tell me the number"),
                _example("could you please tell me the numbers"),
            ],
            "near-copies",
        ),
        ([_example("hi", "unheard")], "not in the domain"),
        ([Example("en", "thank", "hi", Path("en/greet.yml"), ())], "holds lines of"),
        ([_example("pay 826", entities=((4, 7, "money"),))], "unknown entity"),
        ([_example("pay 826", entities=((3, 7, "amount"),))], "space"),
        ([_example("payment", entities=((0, 3, "amount"),))], "cuts a word"),
        ([_example("pay [826] {amount}")], "not read"),
        (
            [_example(f"line number {n} of many") for n in range(16)] + [_example("thanks", "thank")],
            "out of balance",
        ),
    ],
)
def test_each_fault_is_named(examples: List[Example], word: str) -> None:
    assert any(word in line for line in _found(examples))


def test_too_few_lines_are_named_by_language() -> None:
    found = _found([_example("hello")], Least(chinese=2, chinese_common=3, other=1))
    assert "zh-TW/greet: 0 lines, 3 are wanted" in found
    assert "zh-TW/thank: 0 lines, 2 are wanted" in found
    assert "en/thank: 0 lines, 1 are wanted" in found
    assert not any(line.startswith("en/greet") for line in found)
