"""Metrics, traces, backups and deployment."""
