"""`python -m nlu.bench massive|crossval|held-out|latency`: print a table."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import List, Optional

os.environ.setdefault("OMP_NUM_THREADS", "2")

from nlu import lean

lean.install()


def main(arguments: Optional[List[str]] = None) -> None:
    """Run one benchmark."""
    from nlu.bench import crossval, held_out, latency, massive  # noqa: PLC0415 - after lean.install

    parser = argparse.ArgumentParser(prog="python -m nlu.bench", description=__doc__)
    parser.add_argument("which", choices=["massive", "crossval", "held-out", "latency"])
    parser.add_argument("--languages", nargs="*", default=None, help="zh-TW en id vi th; default all")
    parser.add_argument("--massive", type=Path, help="where the MASSIVE files are; default $MASSIVE_DIR")
    parser.add_argument(
        "--no-slots", action="store_true", help="intents only: the slots take minutes a language"
    )
    parser.add_argument("--part", choices=["dev", "test"], default="dev", help="of MASSIVE; default dev")
    parser.add_argument("--verbose", action="store_true", help="for held-out: print what went wrong")
    parser.add_argument("--model", type=Path, help="for latency; default the model of this project")
    options = parser.parse_args(arguments)
    if options.which == "massive":
        folder = options.massive or Path(os.environ.get("MASSIVE_DIR", "massive"))
        if not folder.is_dir():
            print(f"MASSIVE is not here ({folder}): set MASSIVE_DIR to measure against it", file=sys.stderr)
            return
        massive.report(folder, options.languages, not options.no_slots, options.part)
    elif options.which == "held-out":
        held_out.report(options.languages, options.model, options.verbose)
    elif options.which == "crossval":
        crossval.report(options.languages)
    else:
        latency.report(options.model)


if __name__ == "__main__":
    main()
