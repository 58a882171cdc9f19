"""`nhi-counter` as an operator meets it: what it says, with which exit code, and what it never says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nhi_core import sandbox
from nhi_core.adapters.offices.sample import PATH
from nhi_core.cli import context
from nhi_core.cli.main import command, main
from nhi_core.security import PURPOSES, create_key_file, load_key_file

CORE = [EntryPoint("core", "nhi_core.cli.commands:register", "nhi_counter.cli")]
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, redis_url: str) -> Run:
    """Run one verb in a sandbox of its own."""
    # The verbs' logs would outlive the test's streams.
    monkeypatch.setattr(context, "logs", _NoLogs)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NHI_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("NHI_REDIS_URL", redis_url)
    monkeypatch.setenv("NHI_TODAY", "2026-09-10")
    runner = CliRunner()
    return lambda *words, typed=None: runner.invoke(
        command(CORE), list(words), prog_name="nhi-counter", input=typed
    )


class _NoLogs:
    configure = staticmethod(lambda *_args, **_kwargs: None)


def test_a_fresh_sandbox_from_nothing_to_a_code(run: Run) -> None:
    assert run("db", "status").exit_code == 1
    assert re.search(r"from empty to \d{4}", run("db", "upgrade").output)
    assert "already" in run("db", "upgrade").output
    assert run("db", "status").exit_code == 0
    assert "0 replaced" in run("seed").output
    assert "0 new" in run("seed").output
    people = run("people").output
    assert re.search(r"^paid_up +clear +王O明 ", people, re.MULTILINE)
    shown = run("bind-code", "paid_up").output
    assert re.search(r"write in the chat: 綁定 [2-9A-Z]{4}-[2-9A-Z]{4}$", shown, re.MULTILINE)
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}\n", run("bind-code", "-q", "paid_up").output)
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}\n", run("clerk-code", "-q", "KH-FENGSHAN").output)
    assert not re.search(r"[A-Z][12A-D89]\d{8}", people + shown)


def test_an_unknown_person_is_said_kindly(run: Run) -> None:
    run("db", "upgrade")
    result = run("bind-code", "nobody")
    assert (result.exit_code, "nhi-counter people" in result.output) == (1, True)
    assert "nhi-counter seed" in run("people").output


def test_keys_are_made_once_rotated_and_resealed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys.json"
    monkeypatch.setenv("NHI_KEYS_FILE", str(path))
    assert run("keys", "init").exit_code == 0
    before = load_key_file(path)
    run("db", "upgrade")
    run("seed")
    assert "restart" in run("keys", "rotate", "--stopped", "seal").output.lower()
    assert load_key_file(path).seal.active != before.seal.active
    assert load_key_file(path).sign == before.sign
    assert re.search(r"persons.name +[1-9]\d* under older keys", run("keys", "status").output)
    assert re.search(r"persons: (\d+) rows, \1 re-sealed, 0 broken", run("keys", "reseal").output)
    status = run("keys", "status").output
    assert re.search(r"persons.name +0 under older keys", status)
    assert "王O明" in run("people").output
    assert before.seal.active.secret.hex() not in status


def test_a_running_product_gets_its_keys_in_steps(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys.json"
    monkeypatch.setenv("NHI_KEYS_FILE", str(path))
    run("keys", "init")
    run("db", "upgrade")
    run("seed")
    first = load_key_file(path)
    assert "--prepare first" in run("keys", "rotate").output
    assert load_key_file(path) == first
    assert "then run `nhi-counter keys rotate`" in run("keys", "rotate", "--prepare").output
    assert run("keys", "rotate").exit_code == 0
    assert "Wait, or use --now" in run("keys", "retire").output
    assert "still under older keys: accounts.channel_user" in run("keys", "retire", "--now").output
    run("keys", "reseal")
    run("bind-code", "paid_up")
    rotated = load_key_file(path)
    assert rotated.seal.active != first.seal.active
    assert run("keys", "retire", "--now").exit_code == 0
    assert {len(load_key_file(path).ring(purpose).keys) for purpose in PURPOSES} == {1}
    assert len(list(tmp_path.glob("keys.json.before-*"))) == 3
    assert "nothing to retire" in run("keys", "retire").output
    assert "王O明" in run("people").output


def test_codes_that_would_stop_working_hold_the_retiring_up(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NHI_KEYS_FILE", str(tmp_path / "keys.json"))
    monkeypatch.delenv("NHI_TODAY")
    run("keys", "init")
    run("db", "upgrade")
    run("seed")
    run("clerk-code", "-q", "KH-FENGSHAN")
    run("keys", "rotate", "--stopped", "fingerprint")
    run("keys", "reseal")
    held = run("keys", "retire", "--now")
    assert held.exit_code == 1
    assert "one_time_codes.code_hash: 1 under older keys; codes that somebody still holds" in held.output
    assert run("keys", "retire", "--now", "--even-so").exit_code == 0


def test_the_sandboxes_built_in_keys_do_not_rotate(run: Run) -> None:
    run("db", "upgrade")
    assert "NHI_KEYS_FILE" in run("keys", "reseal").output


def test_settings_are_shown_without_secrets(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NHI_DATABASE_URL", "postgresql://user:hunter2@db/nhi?sslkey=hunter3")
    monkeypatch.setenv("RASA_TOKEN", "a-token-of-my-own-123")
    output = run("settings").output
    assert re.search(r"NHI_DATABASE_URL +postgresql://db/nhi$", output, re.MULTILINE)
    assert re.search(r"RASA_TOKEN +set$", output, re.MULTILINE)
    for secret in ("hunter", "a-token-of", sandbox.LINE_CHANNEL_SECRET):
        assert secret not in output


@pytest.mark.net
def test_the_doctor_names_what_is_not_well_and_what_to_do(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RASA_URL", "ACTIONS_URL", "NHI_PUBLIC_URL", "LINE_API_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    result = run("doctor", "--json")
    assert result.exit_code == 3
    found = {finding["part"]: finding for finding in json.loads(result.output)}
    well = {part for part, finding in found.items() if finding["ok"]}
    assert well == {"settings", "keys", "database", "redis", "redis care", "disk", "mail"}
    assert found["migrations"]["remedy"] == "run `nhi-counter db upgrade`"
    assert all(finding["remedy"] for part, finding in found.items() if part not in well)
    assert sandbox.LINE_CHANNEL_ACCESS_TOKEN not in result.output
    run("db", "upgrade")
    assert re.search(r"^✓ migrations +at \d{4}", run("doctor").output, re.MULTILINE)


def test_every_verb_has_an_example(run: Run) -> None:
    group = command(CORE)
    for name, verb in group.commands.items():
        for words in [[name, sub] for sub in getattr(verb, "commands", {})] or [[name]]:
            assert "nhi-counter " + words[0] in run(*words, "--help").output


def test_a_package_that_cannot_be_loaded_leaves_the_others_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    group = command([*CORE, EntryPoint("gone", "nowhere.at_all:register", "nhi_counter.cli")])
    assert "doctor" in group.commands
    assert "gone" in capsys.readouterr().err


class TestProduction:
    @pytest.fixture
    def production(self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
        create_key_file(tmp_path / "keys.json")
        monkeypatch.delenv("NHI_TODAY")
        for name, value in {
            "NHI_ENV": "production",
            "NHI_DATABASE_URL": f"sqlite:///{tmp_path}/p.db",
            "NHI_PUBLIC_URL": "https://counter.example.test",
            "NHI_KEYS_FILE": str(tmp_path / "keys.json"),
            "NHI_OFFICE_PHONE": "02-8590-0000",
            "LINE_BASIC_ID": "@counter",
            "LINE_CHANNEL_SECRET": "0123456789abcdef0123456789abcdef",
            "LINE_CHANNEL_ACCESS_TOKEN": "real-access-token-real-access-token",
            "RASA_TOKEN": "real-rasa-token-0123456789",
            "ACTIONS_TOKEN": "real-actions-token-0123456789",
        }.items():
            monkeypatch.setenv(name, value)
        return run

    @pytest.mark.parametrize("words", [["seed"], ["people"], ["bind-code", "paid_up"]])
    def test_the_sandboxes_back_doors_are_shut(self, production: Run, words: list[str]) -> None:
        production("db", "upgrade")
        result = production(*words)
        assert result.exit_code == 1
        assert "sandbox only" in result.output

    def test_an_office_still_gets_its_clerks_code(self, production: Run) -> None:
        production("db", "upgrade")
        production("offices", "import", str(PATH))
        assert production("clerk-code", "-q", "KH-FENGSHAN").exit_code == 0


@pytest.mark.parametrize(
    ("environment", "exit_code", "words"),
    [
        ({"NHI_ENV": "production"}, 1, "NHI_KEYS_FILE is not set"),
        ({"NHI_DATABASE_URL": "sqlite:////proc/none/counter.db"}, 3, "nhi-counter doctor"),
        ({"NHI_KEYS_FILE": "/nowhere/keys.json"}, 1, "NHI_KEYS_FILE is not usable"),
    ],
)
def test_our_own_errors_are_sentences_and_exit_codes(
    environment: dict[str, str],
    exit_code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(context, "logs", _NoLogs)
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["nhi-counter", "db", "status"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == exit_code
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error
