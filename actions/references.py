"""How people point back at what was shown: 「那張」, "that one", "yang itu", "cái đó", "อันนั้น".

Words alone, in five languages at once: each pattern is written so that it says nothing in the other four.
"""

from __future__ import annotations

import re
import unicodedata

# 這個月, "this month", "hari ini", "tháng này" and วันนี้ are times, not things.
_POINTS = re.compile(
    r"[那這彼](?:一)?(?:張|筆|份|單|條|期(?!間))|[那這]個(?!月|禮拜|星期|時候|年|人)|它|剛剛|剛才|上面"
    r"|\b(?:that|this|these|those)\b(?! (?:day|week|weekend|month|year|morning|afternoon|evening|time))"
    r"|\b(?:it|them)\b"
    r"|\b(?:itu|tadi|tersebut|tsb)\b|\b(?<!hari )(?<!bulan )(?<!minggu )(?<!tahun )(?<!saat )ini\b"
    r"|\b(?:đó|ấy|nó)\b|\bcai do\b"
    r"|(?<!ngày )(?<!hôm )(?<!tháng )(?<!tuần )(?<!năm )(?<!bây )\b(?:này|kia)\b"
    r"|(?<!วัน)(?<!เดือน)(?<!สัปดาห์)(?<!อาทิตย์)(?<!ปี)(?<!ตอน)(?:นั้น|นี้)|มัน(?!ไม่)"
)
# 「那如果…」, "what about…", "kalau…", "còn…", "แล้ว…": the line goes on from the one before.
_GOES_ON = re.compile(
    r"^[啊阿欸嗯好,，、\s]*(?:那|如果|若|要是|假如|換成|改成)|[呢咧哩][\s?？!！。~～]*$"
    r"|^(?:(?:ok|okay|so|well|hmm)[, ]+)*(?:and|what (?:about|if)|how about|if|then|but)\b"
    r"|^(?:(?:ok|oke|hmm)[, ]+)*(?:kalau|kalo|klo|kl|jika|bagaimana (?:kalau|dengan)|gimana (?:kalau|kalo)"
    r"|terus|trus|lalu)\b"
    r"|^(?:còn|vậy|thế|nếu|neu|nhỡ|lỡ)\b|\bthì sao\b|\bthi sao\b"
    r"|^(?:แล้ว|ถ้า|งั้น)|(?:ล่ะ|ละ)(?:คะ|ครับ|ค่ะ)?[\s?？]*$"
)
_SPLIT = re.compile(
    r"(?:可以|可不可以|可|能|能不能|會當|有辦法)[^，。,.]{0,8}分(?:期|[一二兩三四五六七八九十0-9]+期|開繳|次)"
    r"|分期(?:嗎|可以嗎|付款嗎|行嗎|呢)"
    r"|\b(?:can|could|may)\b.*\b(?:instal?l?ments?|split|spread|bit by bit|in parts)\b"
    r"|\b(?:bisa|boleh)\b.*(?:cicil|nyicil|angsur)|(?:cicil|angsur)\w* (?:bisa|boleh)\b"
    r"|(?:trả góp|trả dần|chia (?:nhỏ|ra|kỳ|nhiều)|tra gop).*(?:được|duoc|không|\bko\b)"
    r"|(?:được|có thể|duoc) (?:trả góp|trả dần|chia)"
    r"|(?:ผ่อน|แบ่งจ่าย|แบ่งชำระ).*(?:ได้|ไหม|มั้ย)"
)
_BESIDE_POINTING = re.compile(
    r"[\W_]+|[呢嗎啊喔]|\b(?:one|the|bill|yang|cái|cai|khoản|tờ)\b|อัน|ใบ|ยอด|ค่ะ|ครับ|คะ"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_SHORT, _SHORT_HAN = 30, 12


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().lower()


def points_back(text: str) -> bool:
    """Say whether a line points at something shown or said before."""
    return _POINTS.search(_plain(text)) is not None


def goes_on(text: str) -> bool:
    """Say whether a line goes on from the one before: it may leave out what that was about."""
    return _GOES_ON.search(_plain(text)) is not None


def asks_to_split(text: str) -> bool:
    """Say whether a line asks if something can be paid in instalments."""
    return _SPLIT.search(_plain(text)) is not None


def only_points(text: str) -> bool:
    """Say whether a line points and says nothing else: "that one" may sound like a yes, and is none."""
    line = _plain(text)
    rest = _BESIDE_POINTING.sub("", _BESIDE_POINTING.sub(" ", _POINTS.sub(" ", line)))
    return points_back(line) and not rest


def is_short(text: str) -> bool:
    """Say whether a line is so short that pointing is most of what it does."""
    line = _plain(text)
    return len(line) <= (_SHORT_HAN if _HAN.search(line) else _SHORT)
