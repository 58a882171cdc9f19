"""Python reads this first in every process of a fault run: see scripts/faults/crash.py."""

from scripts.faults.crash import install

install()
