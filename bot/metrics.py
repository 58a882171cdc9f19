"""Counters and clocks of the bot. Labels are small closed sets: never an id, never a text."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

EVENTS = Counter("nhi_bot_events", "Inbound events by kind and how they ended", ["kind", "outcome"])
SENDS = Counter("nhi_bot_sends", "Outgoing sends by kind and how they ended", ["kind", "outcome"])
WEBHOOKS = Counter("nhi_bot_webhooks", "Webhook calls by answer", ["status"])
RASA_FAILURES = Counter("nhi_bot_rasa_failures", "Turns the dialogue engine did not answer", ["reason"])
SWEPT = Counter("nhi_bot_swept", "What sweepers picked up", ["what"])
RETENTION = Counter("nhi_bot_retention", "Rows, keys and files past their time that were removed", ["rule"])
PROMOTION_PHOTOS = Counter(
    "nhi_bot_promotion_photos", "Tries to fetch a promotion photo by what became of it", ["outcome"]
)
REMINDERS = Counter("nhi_bot_reminders", "Reminders by kind and how they ended", ["kind", "outcome"])
REMINDERS_WAITING = Gauge(
    "nhi_bot_reminders_waiting", "Reminders past their moment", multiprocess_mode="mostrecent"
)
NOTICE_BATCHES = Counter("nhi_bot_notice_batches", "Batches of notices by what became of them", ["outcome"])
NUDGES = Counter("nhi_bot_notice_nudges", "Nudges about notices by how they ended", ["outcome"])
NOTICES_HALTED = Counter("nhi_bot_notices_halted", "Notices that stopped on their way", ["reason"])
NOTICES_STOPPED = Gauge(
    "nhi_bot_notices_stopped", "Notices that stand still and wait for staff", multiprocess_mode="mostrecent"
)
STAGE_SECONDS = Histogram(
    "nhi_bot_stage_seconds",
    "Time spent in a stage of a turn",
    ["stage"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
WAIT_SECONDS = Histogram(
    "nhi_bot_wait_seconds",
    "Time from a webhook's arrival until a worker begins with its event",
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300),
)
LINE_SECONDS = Histogram(
    "nhi_bot_line_seconds",
    "Time of a call to LINE, by call and how it ended",
    ["call", "outcome"],
    buckets=(0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
LINE_TOKENS = Counter(
    "nhi_bot_line_tokens", "Channel access tokens asked of LINE, by outcome: issued, failed", ["outcome"]
)
RASA_SECONDS = Histogram(
    "nhi_bot_rasa_seconds",
    "Time of a call to the dialogue engine, by how it ended",
    ["outcome"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
WEBHOOK_SECONDS = Histogram(
    "nhi_bot_webhook_seconds",
    "Time to answer a webhook call",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 2),
)
TURN_SECONDS = Histogram(
    "nhi_bot_turn_seconds",
    "Time from a webhook's arrival to the end of its event",
    buckets=(0.02, 0.05, 0.1, 0.15, 0.25, 0.4, 0.8, 1.5, 3, 10, 60),
)
JOURNAL = Gauge("nhi_bot_journal_waiting", "Entries waiting for the database", multiprocess_mode="mostrecent")
LETTERS = Gauge(
    "nhi_bot_letters", "Letters by kind and state", ["kind", "state"], multiprocess_mode="mostrecent"
)
