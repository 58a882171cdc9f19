"""Notices over real databases and the real LINE sandbox."""
