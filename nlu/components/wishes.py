"""Two wishes in one line: 「我還欠多少，可以分期嗎」 is answered twice, in order.

Careful on purpose: a line is cut only where people cut (a mark or a joining word), when both halves ask or
request something, and when both are understood well as different matters. Everything else is one line: what
stands before a comma is mostly the reason of what stands behind it (「我沒工作，繳不出來」).
"""

from __future__ import annotations

from typing import Awaitable, Callable, Dict, FrozenSet, Iterator, NamedTuple, Optional, Tuple

import regex

from nlu.components.normalise import fold


class Heard(NamedTuple):
    """What the classifier makes of a line; confidence is 0..1 and calibrated."""

    intent: str
    confidence: float


Listen = Callable[[str], Awaitable[Heard]]

# Calibrated: at this confidence nine of ten such predictions are right.
LEAST_CONFIDENCE = 0.75
_LONGEST = 160
_MOST_CUTS = 4
# An identifier was taken out: the line is about that one thing.
_PLACEHOLDER = regex.compile(r"\[[A-Z]+\]")

# Not wishes of their own, or wishes that end a conversation rather than share a line.
_TALK = """
greet goodbye thank affirm deny stop help bot_challenge talk_to_person change_language give_feedback complain
inform out_of_scope nlu_fallback
"""
_NO_WISH = frozenset(_TALK.split())
# Sides of one matter, a line each: whoever touches two of them in a line mostly wants one answer.
_SIDES = """
apply_instalment ask_instalment_rules query_instalment_status ask_hardship_help ask_relief_loan
pay_premium apply_instalment
ask_posting_delay dispute_bill request_refund query_payment_history
pay_premium pay_at_store ask_payment_channels download_slip
subscribe_eslip cancel_eslip download_slip set_auto_debit
apply_card query_card_status report_card_loss cancel_card_loss ask_virtual_card
ask_enrolment_change ask_suspension query_enrolment_record request_enrolment_certificate
bind_account unbind_account ask_binding_status ask_app_registration ask_virtual_card
query_arrears query_unit_arrears query_premium_detail dispute_bill
subscribe_reminder unsubscribe_reminder ask_due_date
find_office ask_hotline
acknowledge_notice search_notice report_promotion query_office_score query_group_activity query_quality_report
"""
_MATTERS: Tuple[FrozenSet[str], ...] = tuple(frozenset(line.split()) for line in _SIDES.strip().splitlines())

_JOINTS: Dict[str, str] = {
    "zh-TW": r"順便|另外|還有|然後|以及|而且|再來|(?<=\p{Han})\s+(?=\p{Han})",
    "en": r"\b(?:and|also|plus|then)\b",
    "id": r"\b(?:dan|juga|terus|trus|lalu|sekalian|serta|sama)\b",
    "vi": r"\b(?:và|va|với lại|rồi|luôn tiện|tiện thể|tiện|sẵn|còn|đồng thời)\b",
    "th": r"แล้วก็|และ|แล้ว|กับ|อีกอย่าง|ด้วย|\s+",
}
# Not the comma or point inside a number.
_MARKS = r"(?:[。;；!！?？、\n…，]|(?<!\d)[,.]|[,.](?!\d))+"
_CUT = {
    language: regex.compile(rf"(?:{_MARKS}|{joint})(?:\s|{_MARKS}|{joint})*")
    for language, joint in _JOINTS.items()
}

# What makes words a question or a request.
_ASKS: Dict[str, regex.Pattern] = {
    "zh-TW": regex.compile(
        r"嗎|多少|幾|怎|如何|哪|什麼|甚麼|啥|多久|何時|最晚|可不可以|能不能|有沒有|是不是|會不會|可以|能|要不要"
        r"|我要|我想|想|幫|請|麻煩|查|申請|給我|告訴|[?？]"
    ),
    "en": regex.compile(
        r"\b(?:how|what|whats|what's|when|where|which|who|why|can|could|is|do|does|are|will|would|want|need"
        r"|like|wanna|please|pls|help|tell|check|show|give|let|send)\b|\?"
    ),
    "id": regex.compile(
        r"\b(?:berapa|brp|kapan|mana|dimana|gimana|gmn|bagaimana|apa|apakah|bisa|boleh|mau|ingin|pengen|tolong"
        r"|minta|cek|bantu|cara|caranya)\b|\?"
    ),
    "vi": regex.compile(
        r"bao nhiêu|bao nhieu|bao lâu|bao lau|khi nào|khi nao|đâu|\bdau\b|thế nào|the nao|\bsao\b|"
        r"\bgì\b|không"
        r"|\bko\b|được|duoc|muốn|muon|giúp|giup|\bcho\b|làm ơn|kiểm tra|\bxem\b|mấy|\?"
    ),
    "th": regex.compile(
        r"เท่าไหร่|เท่าไร|เมื่อไหร่|เมื่อไร|ไหน|ยังไง|อย่างไร|ไหม|มั้ย|อะไร|ได้|อยาก|ขอ|ช่วย|กี่|ต้องการ|เช็ค"
        r"|เช็ก|หรือเปล่า|\?"
    ),
}
# A Chinese character counts as a word; Indonesian and Vietnamese need no article and no "do".
_LEAST_WORDS = {"zh-TW": 4, "en": 3, "id": 2, "vi": 2}
_WORD = regex.compile(r"[\p{Han}]|[\p{Latin}\p{M}']+|\d+")


def _is_long_enough(half: str, language: str) -> bool:
    if language == "th":
        return len(half.strip()) >= 6
    return len(_WORD.findall(half)) >= _LEAST_WORDS[language]


def halves(text: str, language: str) -> Iterator[Tuple[str, str]]:
    """Yield the ways to cut a line in two so that each half asks for something; at most four."""
    if len(text) > _LONGEST or _PLACEHOLDER.search(text):
        return
    folded, asks, count = fold(text), _ASKS[language], 0
    for cut in _CUT[language].finditer(folded):
        # A question mark belongs to what it ends.
        end = cut.start() + 1 if folded[cut.start()] == "?" else cut.start()
        first, second = text[:end].strip(), text[cut.end() :].strip()
        if not (_is_long_enough(first, language) and _is_long_enough(second, language)):
            continue
        if asks.search(folded[:end]) and asks.search(folded[cut.end() :]):
            yield first, second
            count += 1
            if count == _MOST_CUTS:
                return


def are_two(first: Heard, second: Heard) -> bool:
    """Say whether two halves, heard so, are two wishes."""
    if min(first.confidence, second.confidence) < LEAST_CONFIDENCE or first.intent == second.intent:
        return False
    pair = {first.intent, second.intent}
    return _NO_WISH.isdisjoint(pair) and not any(pair <= matter for matter in _MATTERS)


async def split(text: str, language: str, listen: Listen) -> Optional[Tuple[str, str]]:
    """Return the two wishes of a line in order, or None when it is one. `listen` says what a half means."""
    for first, second in halves(text, language):
        heard = await listen(first)
        if (
            heard.confidence >= LEAST_CONFIDENCE
            and heard.intent not in _NO_WISH
            and are_two(heard, await listen(second))
        ):
            return first, second
    return None
