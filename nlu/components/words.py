"""Words that are commands by themselves: 「上一步」 leads back, the name of a language changes to it.

Only the whole line counts. Which step there is to go back to is the server's knowledge, so the line becomes
the tap that asks it.
"""

from __future__ import annotations

from typing import Dict, Optional, Tuple

import regex

from nlu.components.normalise import fold

Command = Tuple[str, Dict[str, str]]

_BACK = """
上一步|回上一步|返回上一步|退回上一步|回到上一步|我要回上一步|我要上一步|請回上一步|前一步|回前一步|退一步
上一頁|回上一頁|返回上一頁|上一題|回上一題|返回
back|go back|go back please|back please|previous|previous step|one step back|step back|take me back|last step
kembali|balik|kembali ke langkah sebelumnya|langkah sebelumnya|sebelumnya|mundur|kembali dulu|balik lagi
quay lại|trở lại|quay lại bước trước|trở lại bước trước|bước trước|trở về|lùi lại|quay về
ย้อนกลับ|กลับ|ย้อนกลับไป|ขั้นตอนก่อนหน้า|ก่อนหน้า|กลับไปขั้นตอนก่อนหน้า|ถอยกลับ|กลับไปก่อนหน้า
"""
# Each language as its speakers call it, and in English.
_NAMES = {
    "zh-TW": "中文|中文版|說中文|用中文|國語|華語|繁體中文|繁中|chinese|mandarin|traditional chinese",
    "en": "english|英文|英語|english version|in english",
    "id": "bahasa|bahasa indonesia|bhs indonesia|indonesia|indonesian|印尼文|印尼語",
    "vi": "tiếng việt|tieng viet|việt nam|tiếng việt nam|vietnamese|越南文|越南語",
    "th": "ภาษาไทย|ไทย|พูดไทย|thai|泰文|泰語",
}
_MANNERS = regex.compile(r"[\s\p{P}\p{S}]+|(?:一下|吧|喔|哦|啦|謝謝|ครับ|ค่ะ|คะ|นะ)$")


def _bare(line: str) -> str:
    while (shorter := _MANNERS.sub("", line)) != line:
        line = shorter
    return line


def _each(words: str, command: Command) -> Dict[str, Command]:
    return {_bare(fold(word)): command for word in words.strip().replace("\n", "|").split("|")}


_WORDS = _each(_BACK, ("instalment_guide", {"to": "back_word"}))
for _code, _names in _NAMES.items():
    _WORDS.update(_each(_names, ("change_language", {"language": _code})))


def command(line: str) -> Optional[Command]:
    """Return the intent and entities that a line commands, or None for any other line."""
    return _WORDS.get(_bare(fold(line))) if len(line) <= 60 else None
