"""Zhuyin typed on an English keyboard: who forgot to switch meant 「你好」 and sent `su3cl3`.

The keys of the standard (Dachen) layout spell whole syllables: an initial, a medial, a final, in this order,
each at most once, closed by a tone key (3 4 6 7, or a space for the first tone). A line is taken for zhuyin
only when it is Mandarin syllables to its last key, two or more of them, and tone keys stand between letters.

The classifier reads Chinese by sound as well as by sight, so a syllable needs no more than a likely
character: the path of characters whose neighbours our own training lines know best.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

import regex
from pypinyin import Style
from pypinyin.pinyin_dict import pinyin_dict
from pypinyin.style import convert

LINES = Path(__file__).resolve().parents[1] / "data" / "nlu" / "zh-TW"

_KEYS = dict(
    zip(
        "1qaz2wsxedcrfv5tgbyhnujm8ik,9ol.0p;/-",
        "ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎㄏㄐㄑㄒㄓㄔㄕㄖㄗㄘㄙㄧㄨㄩㄚㄛㄜㄝㄞㄟㄠㄡㄢㄣㄤㄥㄦ",
        strict=True,
    )
)
_TONES = {" ": "", "6": "ˊ", "3": "ˇ", "4": "ˋ", "7": "˙"}
_SOUND = r"(?:[1qaz2wsxedcrfv5tgbyhn][ujm]?[8ik,9ol.0p;/\-]?|[ujm][8ik,9ol.0p;/\-]?|[8ik,9ol.0p;/\-])"
# The last first tone has lost its space when the line's ends were trimmed.
_WHOLE = regex.compile(rf"(?:{_SOUND}[ 3467] *)*{_SOUND}[ 3467]?")
_PIECE = regex.compile(rf"({_SOUND})([ 3467]?) *")
_MARKS = regex.compile(r"[\s?？!！。~～]+$")
_LONGEST = 400
# Of the syllables, at least this share end in a tone key: no English word ends in 3, 4, 6 or 7.
_LEAST_TONES = 0.25

_HAN = regex.compile(r"\p{Han}+")
_EXAMPLE = regex.compile(r"^\s+- (?!intent:)(.+)$", regex.MULTILINE)
_VALUE = regex.compile(r"\]\(\w+\)|\]\{[^}]*\}")
# A reading that is not a character's first in the dictionary is that much rarer.
_OTHER_READING = 0.1
_SMOOTHING = 0.05
# The dictionary reads as in Beijing; so these are read in Taiwan.
_IN_TAIWAN = """
期ㄑㄧˊ 息ㄒㄧˊ 企ㄑㄧˋ 究ㄐㄧㄡˋ 質ㄓˊ 識ㄕˋ 績ㄐㄧ 微ㄨㄟˊ 危ㄨㄟˊ 研ㄧㄢˊ 惜ㄒㄧˊ 攜ㄒㄧ 誰ㄕㄟˊ
和ㄏㄢˋ 垃ㄌㄜˋ 圾ㄙㄜˋ 儲ㄔㄨˊ 播ㄅㄛˋ 突ㄊㄨˊ 癌ㄞˊ 築ㄓㄨˊ 暫ㄓㄢˋ 綜ㄗㄨㄥˋ 法ㄈㄚˋ 夕ㄒㄧˋ 血ㄒㄧㄝˇ
"""
_TAIWAN = {entry[0]: entry[1:] for entry in _IN_TAIWAN.split()}
_FIRST, _LAST = 0x4E00, 0x9FFF


class _Table(NamedTuple):
    """What a syllable may be written with, and how characters follow one another in our lines."""

    written: Dict[str, Dict[str, float]]
    pairs: Counter
    singles: Counter


def turned_back(line: str) -> Optional[str]:
    """Return the Chinese that was meant, or None for every line that is not zhuyin on an English keyboard."""
    marks = _MARKS.search(line)
    sounds = _sounds(unicodedata.normalize("NFKC", line[: marks.start()] if marks else line).lower().strip())
    if sounds is None:
        return None
    return "".join(_likeliest(sounds)) + (marks.group().strip() if marks else "")


def _sounds(keys: str) -> Optional[List[str]]:
    """Return the syllables, in zhuyin with their tones, or None when the keys are not all syllables."""
    if len(keys) > _LONGEST or not _WHOLE.fullmatch(keys):
        return None
    pieces = _PIECE.findall(keys)
    tones = sum(tone in "3467" and tone != "" for _, tone in pieces)
    if len(pieces) < 2 or tones < _LEAST_TONES * len(pieces) or not any(key.isalpha() for key in keys):
        return None
    sounds = ["".join(_KEYS[key] for key in sound) for sound, _ in pieces]
    if not all(sound in _mandarin() for sound in sounds):
        return None
    return [sound + _TONES.get(tone, "") for sound, (_, tone) in zip(sounds, pieces, strict=True)]


@lru_cache(maxsize=None)
def _spelt(reading: str) -> str:
    return convert(reading, Style.BOPOMOFO, strict=True, default=reading)


def _readings(code: int) -> List[str]:
    return [_spelt(reading) for reading in pinyin_dict.get(code, "").split(",") if reading]


def _toneless(sound: str) -> str:
    return sound.rstrip("ˊˇˋ˙")


@lru_cache(maxsize=1)
def _every() -> Dict[str, str]:
    """Return every syllable with one character that is read so, first of all by its first reading."""
    found: Dict[str, Tuple[int, str]] = {}
    for code in range(_FIRST, _LAST + 1):
        for place, sound in enumerate(_readings(code)):
            if sound not in found or place < found[sound][0]:
                found[sound] = (place, chr(code))
    return {sound: char for sound, (_, char) in found.items()}


@lru_cache(maxsize=1)
def _mandarin() -> frozenset[str]:
    return frozenset(_toneless(sound) for sound in _every())


@lru_cache(maxsize=1)
def _table() -> _Table:
    pairs: Counter = Counter()
    for run in _runs():
        pairs.update(pairwise(f"^{run}$"))
    singles: Counter = Counter()
    for (first, _), count in pairs.items():
        singles[first] += count
    written: Dict[str, Dict[str, float]] = defaultdict(dict)
    for char, count in singles.items():
        if char in _TAIWAN:
            written[_TAIWAN[char]][char] = count
        for place, sound in enumerate(_readings(ord(char))):
            written[sound][char] = count * (_OTHER_READING if place else 1.0)
    return _Table(dict(written), pairs, singles)


def _runs() -> Iterator[str]:
    for file in sorted(LINES.glob("*.yml")):
        for example in _EXAMPLE.findall(file.read_text(encoding="utf-8")):
            yield from _HAN.findall(_VALUE.sub("", example.replace("[", "")))


def _candidates(sound: str) -> Dict[str, float]:
    """Return a syllable's characters with their weights; of one we never write, what sounds like it."""
    known = _table().written
    if sound in known:
        return known[sound]
    # A slip in the tone: the same syllable in another one.
    tones = [_toneless(sound) + tone for tone in _TONES.values()]
    near = {char: weight * _OTHER_READING for tone in tones for char, weight in known.get(tone, {}).items()}
    return near or {next(_every()[tone] for tone in (sound, *tones) if tone in _every()): 1.0}


def _likeliest(sounds: List[str]) -> List[str]:
    """Return the best path of characters (Viterbi over pairs of neighbours)."""
    table = _table()
    paths: Dict[str, Tuple[float, List[str]]] = {"^": (0.0, [])}
    for sound in sounds:
        options = _candidates(sound)
        total = sum(options.values())
        following: Dict[str, Tuple[float, List[str]]] = {}
        for char, weight in options.items():
            own = _SMOOTHING * weight / total
            following[char] = max(
                (
                    score
                    + math.log(
                        table.pairs[before, char] / (table.singles[before] + 1.0) * min(1.0, weight) + own
                    ),
                    [*path, char],
                )
                for before, (score, path) in paths.items()
            )
        paths = following
    ends = {char: table.pairs[char, "$"] / (table.singles[char] + 1.0) + _SMOOTHING for char in paths}
    return max((score + math.log(ends[char]), path) for char, (score, path) in paths.items())[1]
