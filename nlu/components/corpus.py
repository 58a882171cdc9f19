"""In which one language a whole corpus is written that does not say so: an NLU file outside our folders.

Guessing line by line would cut such a corpus in pieces, each with too few lines for a machine of its own.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Optional, Sequence

from nlu.components.letters import VIETNAMESE

# Nearly all Vietnamese lines bear marks that no other language has; a quarter leaves room for who types none.
_LEAST_MARKED = 0.25
# How often `a` stands for one `e`: 0.7 in English, 3 to 4 in Indonesian.
_INDONESIAN_A_PER_E = 1.6


def language_of_corpus(texts: Sequence[str], scripts: Sequence[Optional[str]]) -> str:
    """Return the language of most lines; `scripts[i]`: of `texts[i]`, None for Latin or none."""
    lettered = [
        (text, script)
        for text, script in zip(texts, scripts, strict=True)
        if script or any(char.isalpha() for char in text)
    ]
    script = Counter(script for _, script in lettered).most_common(1)[0][0] if lettered else "zh-TW"
    return script or _latin([text for text, script in lettered if script is None])


def _latin(texts: Sequence[str]) -> str:
    lines = [unicodedata.normalize("NFC", text).lower() for text in texts]
    marked = sum(1 for line in lines if VIETNAMESE.search(line))
    if marked >= _LEAST_MARKED * len(lines):
        return "vi"
    letters = Counter("".join(lines))
    return "id" if letters["a"] > _INDONESIAN_A_PER_E * letters["e"] else "en"
