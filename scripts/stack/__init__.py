"""Runs the whole product on one machine: `make run` and the tests' stack."""
