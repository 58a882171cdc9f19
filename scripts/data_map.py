"""Writes docs/data-map.md; `--check` says whether it is up to date.

python -m scripts.data_map [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

from nhi_core.adapters.db.data_map_page import page

PAGE = Path(__file__).resolve().parent.parent / "docs" / "data-map.md"


def main() -> int:
    """Write the page, or look at it."""
    text = page()
    if "--check" in sys.argv[1:]:
        current = PAGE.read_text("utf-8") if PAGE.exists() else ""
        return 0 if current == text else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
