"""Standard library only: no I/O, no clock, no environment. Money is int NT$."""
