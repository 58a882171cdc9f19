"""The made-up people of the sandbox: citizens in five languages, one elder, the clerks of two groups.

The small group is for playing; the large one holds as many people as a division's real one.
"""

from __future__ import annotations

from line_sandbox.ids import stable_id
from line_sandbox.world import Group, Person

# key, name, language of the phone, what the tester should know
_CITIZENS = [
    ("elder", "林阿枝", "zh-TW", "78 歲，大字"),
    ("chen", "陳志明", "zh-TW", "45 歲，自營"),
    ("huang", "黃美惠", "zh-TW", "看護移工的雇主"),
    ("nhung", "Nguyễn Thị Hồng Nhung", "vi", "Tiếng Việt"),
    ("siti", "Siti Nurhaliza Rahayu", "id", "Bahasa Indonesia"),
    ("somchai", "สมชาย ใจดี", "th", "ภาษาไทย"),
    ("emily", "Emily Carter", "en", "English"),
    ("longname", "歐陽慕容·Biung Istanda Takisvilainan", "zh-TW", "很長的姓名"),
]
_CLERKS = [
    "東谷公所 王淑芬",
    "東谷公所 李建宏",
    "南溪公所 張雅婷",
    "南溪公所 吳俊傑",
    "北埔尾公所 劉怡君",
    "北埔尾公所 蔡文雄",
    "大坪公所 楊惠如",
    "大坪公所 許家豪",
    "新埤頭公所 鄭麗華",
    "新埤頭公所 謝明輝",
    "中庄公所 郭佩珊",
    "業務組 周承辦",
]
# What the business side knows as registered clerks of 77 offices; most are not shown on the page.
_STAFF = 102
_STAFF_SHOWN = 6
STAFF_GROUP_NAME = "高屏公所健保業務群"
GROUP_NAME = "公所健保聯絡群"


def citizens() -> list[Person]:
    """Eight people, all friends of the bot."""
    return [Person(stable_id("U", key), name, lang, note) for key, name, lang, note in _CITIZENS]


def clerks() -> list[Person]:
    """The twelve members of the group; friends of the bot as well."""
    return [
        Person(stable_id("U", f"clerk-{n}"), name, "zh-TW", "公所承辦")
        for n, name in enumerate(_CLERKS, start=1)
    ]


def office_group() -> Group:
    """The group with all clerks and the bot in it."""
    return Group(stable_id("C", "office-group"), GROUP_NAME, [clerk.user_id for clerk in clerks()])


def staff() -> list[Person]:
    """An editor of the division and 102 clerks, friends of the bot; the first few are shown on the page."""
    editor = Person(stable_id("U", "staff-editor"), "業務組 周承辦", "zh-TW", "業務組編輯（已登記）")
    people = [
        Person(
            stable_id("U", f"staff-{n}"), f"公所承辦 {n:03d}", "zh-TW", "已登記", generated=n > _STAFF_SHOWN
        )
        for n in range(1, _STAFF + 1)
    ]
    return [editor, *people]


def staff_group() -> Group:
    """The group with the editor, all registered clerks and the bot in it."""
    members = [person.user_id for person in staff()]
    return Group(stable_id("C", "kao-ping-group"), STAFF_GROUP_NAME, members)
