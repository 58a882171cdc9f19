"""The page that a run writes: its own section alone, and verdicts that say what was seen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from scripts.load import report
from scripts.load.accepting import Accepted
from scripts.load.beside import Beside
from scripts.load.errands import Bound, Notified
from scripts.load.figures import Reckoning, Spread
from scripts.load.orders import Sent
from scripts.load.turning import Turned
from scripts.load.watch import Use, part_of


def accepted(rate: float, ms: list[float], *, failed: int = 0) -> Accepted:
    statuses = {"200": len(ms)} | ({"503": failed} if failed else {})
    return Accepted(rate, Sent(ms, statuses, wall=1.0, cpu=0.1), len(ms), {"web": Use(0.8, 200.0, 3)})


def turned(rate: float, ms: list[float], *, unordered: int = 0, lost: int = 0) -> Turned:
    return Turned(rate, ms, Reckoning(len(ms) + lost, lost, 0), unordered, 0, {"web": Use(0.1, 200.0, 3)})


def found(**parts: object) -> report.Found:
    base = report.Found("SQLite", dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC), 0.5)
    for name, value in parts.items():
        setattr(base, name, value)
    return base


def test_an_aim_is_judged_at_its_own_rate() -> None:
    good = accepted(400, [10.0] * 99 + [49.0])
    bad = accepted(800, [900.0] * 100)
    assert report.verdicts(found(accepted=[accepted(200, [99.0]), good, bad]))[0].endswith("0 errors: met")


def test_one_error_or_a_slow_percent_misses_the_aim() -> None:
    for missed in (accepted(400, [10.0] * 99, failed=1), accepted(400, [10.0] * 98 + [51.0] * 2)):
        assert report.verdicts(found(accepted=[missed]))[0].endswith("**not met**")


def test_turns_are_judged_by_both_percentiles() -> None:
    assert report.verdicts(found(turned=[turned(10, [119.0] * 95 + [299.0] * 5)]))[0].endswith(": met")
    for missed in ([121.0] * 100, [100.0] * 94 + [301.0] * 6):
        assert report.verdicts(found(turned=[turned(10, missed)]))[0].endswith("**not met**")


def test_a_backlog_that_lost_or_mixed_up_something_is_not_met() -> None:
    assert report.verdicts(found(drained=turned(9, [1.0])))[0].endswith(": met")
    assert report.verdicts(found(drained=turned(9, [1.0], unordered=1)))[0].endswith("**not met**")
    assert report.verdicts(found(drained=turned(9, [1.0], lost=1)))[0].endswith("**not met**")


def test_a_new_run_takes_the_place_of_the_last_and_leaves_the_rest(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("# Performance\n\nby hand\n", "utf-8")
    report.write(found(accepted=[accepted(400, [11.0])]), page)
    page.write_text(page.read_text("utf-8") + "\n## After\n", "utf-8")
    report.write(found(accepted=[accepted(400, [22.0])], left_out=["stock"]), page)
    whole = page.read_text("utf-8")
    assert whole.startswith("# Performance\n\nby hand\n")
    assert whole.rstrip().endswith("## After")
    assert whole.count("## Under load") == 1
    assert "p99 22 ms" in whole
    assert "p99 11 ms" not in whole
    assert "Not measured in this run: stock." in whole


def test_processes_are_named_by_what_they_run() -> None:
    assert part_of("python gunicorn --workers 1 scripts.load.sdk_way:app") == "the SDK's own way"
    assert part_of("python gunicorn -c deploy/gunicorn.conf.py bot.app:create_app()") == "web"
    assert part_of("celery -A bot.workers.app:celery beat --loglevel WARNING") == "beat"
    assert part_of("celery -A bot.workers.app:celery worker --concurrency 2") == "worker"
    assert part_of("python -m nlu.serve --port 5005") == "rasa"
    assert part_of("python -m rasa run -m stock.tar.gz --enable-api") == "stock rasa"
    assert part_of("postgres: nhi postgres [local] idle") == "postgresql"


def test_every_part_of_a_whole_run_is_shown() -> None:
    turn = turned(10, [100.0, 110.0])
    turn.use["postgresql"] = Use(0.2, 120.0, 5)
    whole = report.text(
        found(
            accepted=[accepted(400, [10.0])],
            turned=[turn],
            drained=turned(12.0, [5.0]),
            beside=[Beside("stock Rasa", [(5.0, Sent([2001.0, 80.0], {"200": 2}, 1.0, 0.1))], [turn], 900.0)],
            sized={1: ([accepted(400, [10.0])], turn, turned(9.0, [1.0]))},
            grown={"10,000": ({"bills": 10_000}, turn)},
            noticed=Notified(10_000, 12.3, 0, 0, {"worker": Use(0.9, 300.0, 3)}),
            bound=Bound(Spread.of([400.0, 500.0]), 0, 1.0, 4),
            console={"/console/": [5.0, 0.0, 60.0, 90.0, 100.0]},
            clerks=10,
        )
    )
    for words in (
        "### The accept path alone",
        "| stock Rasa | 5 | 2 | 80 | 2,001 | 2,001 | 1 |",
        "### With more processes",
        "| 10,000 | 10,000 | 100 | 110 | 110 | 0.2 | 120 |",
        "A notice to 10,000 bound citizens",
        "2 whole bindings",
        "| /console/ |",
        "| postgresql |",
    ):
        assert words in whole
