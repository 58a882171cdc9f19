"""Use cases: one file per group of verbs; each call is one transaction and returns frozen views."""
