"""Benchmarks of the understanding: MASSIVE dev, our own data by cross-validation, latency."""
