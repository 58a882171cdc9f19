"""The load harness: `make bench PARTS=load`, or `python -m scripts.load`."""
