"""Rules of security that a reader of the code can check, so that a test does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("nhi_core", "bot", "actions", "card_kiosk")
_SECRET = re.compile(
    r"(?:^|_)(signature|secret|token|hmac|mac|password|passwd|nonce|api_key|csrf|otp|totp|verifier)s?(?:$|_)"
)
# Compared as plain text, because neither side is a secret that the other could be guessing at.
NO_SECRETS = {
    "bot/console/account.py": "a new password beside its repetition, both typed by the same person",
    "bot/console/sign_in.py": "a new password beside its repetition, both typed by the same person",
    "bot/line_tokens.py": "our own token beside our own token, whether it was renewed meanwhile",
    "bot/api/kiosk/signatures.py": "a signature's label, which is public",
    "nhi_core/domain/card_session.py": "a token's length",
    "nhi_core/security/keyfile.py": "a key file beside the sandbox's published keys, on our own disk",
    "nhi_core/security/rings.py": "a key's length",
    "nhi_core/adapters/db/repositories/staff.py": "a hash of 256 random bits, looked up by the database",
    "bot/slips/pages.py": "a new password beside its repetition, both typed by the same person",
}
# Modules that open connections, and where the address comes from.
CALLERS = {
    "bot/api/health.py": "settings",
    "bot/line.py": "settings",
    "bot/line_tokens.py": "settings",
    "bot/pay/sandbox.py": "our own public address, sandbox only",
    "bot/rasa.py": "settings",
    "card_kiosk/client.py": "settings",
    "card_kiosk/testing.py": "the test's own",
    "nhi_core/adapters/identity/oidc.py": "settings, and the provider's own metadata",
    "nhi_core/adapters/mail/smtp.py": "settings",
    "nhi_core/adapters/payments/http.py": "settings",
    "nhi_core/cli/doctor.py": "settings",
    "nhi_core/cli/findings.py": "settings",
}
_LIBRARIES = {"requests", "urllib.request", "http.client", "httpx", "aiohttp", "urllib3", "smtplib", "ftplib"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in SHIPPED:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def _names(node: ast.expr) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.Attribute):
            yield inner.attr
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def test_no_secret_is_compared_by_equality() -> None:
    """`==` ends at the first byte that differs, and so tells how many were right."""
    found = set()
    for name, tree in modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Compare) or not any(
                isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops
            ):
                continue
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Constant) for side in sides):
                continue
            if any(_SECRET.search(word.lower()) for side in sides for word in _names(side)):
                found.add(f"{name}:{node.lineno}")
    assert {place for place in found if place.partition(":")[0] not in NO_SECRETS} == set()


def test_only_these_modules_call_out() -> None:
    """A message, a form or a file never says which address we open."""
    found = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(one.name in _LIBRARIES for one in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module in _LIBRARIES)
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("linebot"))
    }
    assert found - CALLERS.keys() == set(), "say where its address comes from"


def test_nobody_reads_an_address_out_of_a_message() -> None:
    """LINE lets a sender name an external address for a picture; we take LINE's own copy, by its id."""
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and name.startswith("bot/"):
                assert node.value not in ("contentProvider", "external"), name


def test_no_code_runs_words() -> None:
    calls = {"eval", "exec", "compile", "__import__", "render_template_string", "from_string"}
    banned = {
        "pickle",
        "marshal",
        "shelve",
        "dill",
        "xml.sax",
        "xml.dom.minidom",
        "xmlrpc.client",
    }
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func
                if isinstance(called, ast.Name) or (
                    isinstance(called, ast.Attribute)
                    and called.attr in ("render_template_string", "from_string")
                ):
                    word = called.id if isinstance(called, ast.Name) else called.attr
                    assert word not in calls, f"{name}:{node.lineno} {word}"
                for keyword in node.keywords:
                    value = keyword.value
                    if keyword.arg in ("shell", "verify") and isinstance(value, ast.Constant):
                        assert value.value is (keyword.arg == "verify"), f"{name}:{node.lineno} {keyword.arg}"
            if isinstance(node, ast.Import):
                assert not banned & {one.name for one in node.names}, name
            if isinstance(node, ast.ImportFrom):
                assert node.module not in banned, name


def test_pages_escape_everything() -> None:
    loose = re.compile(
        r"(?<!')\|\s*safe\b|autoescape\s+false|<script(?![^>]*\bsrc=)|\son[a-z]+=[\"']|\sstyle=[\"']"
    )
    pages = [path for package in SHIPPED for path in (ROOT / package).rglob("*.html")]
    assert len(pages) > 50
    assert [str(path.relative_to(ROOT)) for path in pages if loose.search(path.read_text("utf-8"))] == []
    trusted = {
        "bot/charts/figures.py", "bot/console/pages.py", "bot/pay/drawing.py", "bot/pay/writing.py",
    }  # fmt: skip
    marked = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Markup"
    }
    assert marked <= trusted, "these draw their own SVG; another must not call text markup"
