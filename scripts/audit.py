"""Checks the locked versions against docs/security/advisories.json, without asking anybody.

    python -m scripts.audit

It fails when a locked version of the app's environments is in the range of a known hole; when one of the
dialogue engine's is and nothing is said to contain it; and when a watched package was locked anew without the
list having been looked at again. The snapshot is as good as its last review: its date is printed.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOT = ROOT / "docs" / "security" / "advisories.json"
LOCKS = {"app": ("app.txt", "kiosk.txt"), "nlu": ("nlu.txt",)}
# Its holes are known and cannot be closed (docs/adr/0002): they must be contained.
CONTAINED = "nlu"
_PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)

Locked = Mapping[str, frozenset[str]]


def locked(environment: str) -> Locked:
    """Return package → versions of an environment's lock files (two where a marker decides)."""
    found: dict[str, set[str]] = {}
    for name in LOCKS[environment]:
        for package, version in _PIN.findall((ROOT / "requirements" / name).read_text(encoding="utf-8")):
            found.setdefault(package.lower().replace("_", "-"), set()).add(version)
    return {package: frozenset(versions) for package, versions in found.items()}


def problems(snapshot: Mapping[str, Any], locks: Mapping[str, Locked]) -> Iterator[str]:
    """Yield what is wrong, one line each."""
    for one in snapshot["advisories"]:
        environment, package = one["environment"], one["package"]
        hit = sorted(
            version
            for version in locks[environment].get(package, ())
            if SpecifierSet(one["affected"]).contains(version, prereleases=True)
        )
        contained = one.get("contained_by")
        which = f"{package} {', '.join(hit)} ({environment}) has {one['id']}"
        if hit and environment != CONTAINED:
            yield f"{which}: {one['what']}; fixed in {one['fixed'] or 'nothing yet'}"
        elif hit and contained not in snapshot["containments"]:
            yield f"{which}, and nothing is said to contain it"
        elif contained and not hit:
            yield f"{one['id']}: {package} is past it; take `contained_by` away"
    for environment, packages in snapshot["watched"].items():
        for package, reviewed in packages.items():
            known = frozenset([reviewed] if isinstance(reviewed, str) else reviewed)
            now = locks[environment].get(package, frozenset())
            if now != known:
                yield (
                    f"{package} ({environment}) was {', '.join(sorted(known))} at the last review and is "
                    f"{', '.join(sorted(now)) or 'gone'}: look it up, then bring `watched` up to date"
                )


def main() -> int:
    """Print what is wrong; the exit code is 1 when anything is."""
    snapshot = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    found = list(problems(snapshot, {environment: locked(environment) for environment in LOCKS}))
    contained = [one["id"] for one in snapshot["advisories"] if "contained_by" in one]
    print(
        f"known holes, as reviewed on {snapshot['reviewed']}: {len(snapshot['advisories'])} looked at, "
        f"{len(contained)} contained in the dialogue engine's environment, {len(found)} to act on"
    )
    for line in found:
        print(f"  {line}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
