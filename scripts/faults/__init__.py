"""Breaks the whole product on purpose, again and again the same way, and counts what was lost or doubled."""
