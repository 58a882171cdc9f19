"""`python -m nlu.bench massive|crossval|held-out|latency|served|stock`: print tables."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import List, Optional

os.environ.setdefault("OMP_NUM_THREADS", "2")

from nlu import lean

lean.install()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nlu.bench", description=__doc__)
    parser.add_argument("which", choices=["massive", "crossval", "held-out", "latency", "served", "stock"])
    parser.add_argument("--languages", nargs="*", default=None, help="zh-TW en id vi th; default all")
    parser.add_argument("--massive", type=Path, help="where the MASSIVE files are; default $MASSIVE_DIR")
    parser.add_argument(
        "--no-slots", action="store_true", help="intents only: the slots take minutes a language"
    )
    parser.add_argument("--part", choices=["dev", "test"], default="dev", help="of MASSIVE; default dev")
    parser.add_argument("--lines", type=int, help="for massive: only so many lines, to try it")
    parser.add_argument("--pictures", type=Path, help="for crossval: draw them into this folder")
    parser.add_argument("--verbose", action="store_true", help="for held-out: print what went wrong")
    parser.add_argument("--model", type=Path, help="of ours, where one is used; default this project's")
    parser.add_argument("--turns", type=int, default=100, help="for served and stock; default 100")
    parser.add_argument("--each", type=int, default=20, help="for stock: lines of each intent; default 20")
    parser.add_argument(
        "--epochs", type=int, default=100, help="for stock: Rasa's own default is 100 or more"
    )
    return parser


def main(arguments: Optional[List[str]] = None) -> None:
    """Run one benchmark."""
    options = _parser().parse_args(arguments)
    # Each is imported only when wanted, and Rasa only after lean.install.
    if options.which == "massive":
        from nlu.bench import massive  # noqa: PLC0415

        folder = options.massive or Path(os.environ.get("MASSIVE_DIR", "massive"))
        if not folder.is_dir():
            print(f"MASSIVE is not here ({folder}): set MASSIVE_DIR to measure against it", file=sys.stderr)
            return
        massive.report(folder, options.languages, not options.no_slots, options.part, options.lines)
    elif options.which == "held-out":
        from nlu.bench import held_out  # noqa: PLC0415

        held_out.report(options.languages, options.model, options.verbose)
    elif options.which == "crossval":
        from nlu.bench import crossval  # noqa: PLC0415

        crossval.report(options.languages, options.pictures)
    elif options.which == "served":
        from nlu.bench import served  # noqa: PLC0415

        served.report(options.model, options.turns)
    elif options.which == "stock":
        from nlu.bench.stock import compare  # noqa: PLC0415

        compare.report(options.model, options.turns, options.each, options.epochs)
    else:
        from nlu.bench import latency  # noqa: PLC0415

        latency.report(options.model)


if __name__ == "__main__":
    main()
