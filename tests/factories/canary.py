"""The canary: a made-up person whose data may never show up in a log, a queue, a tracker or an error text.

Use these values for the person in any test that moves personal data; the autouse fixture of
`tests/plugins/canary.py` then fails the test that writes one of them down. They occur nowhere else.
"""

from __future__ import annotations

NATIONAL_ID = "F287654320"
UI_NUMBER = "K834567894"
NAME = "金絲雀測試員"
LINE_USER_ID = "Ucafe0ca4a47c0ffee5a5a0d0d0dead1e"
CARD_NUMBER = "987654321098"
EMAIL = "canary.person@example.test"
PHONE = "0987654321"
AMOUNT = 7654321
LATE_FEE = 8765432
AMOUNTS = (AMOUNT, LATE_FEE)

TEXTS = (NATIONAL_ID, UI_NUMBER, NAME, LINE_USER_ID, CARD_NUMBER, EMAIL, PHONE)
