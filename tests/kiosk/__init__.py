"""The lobby program: cards, readers, screens."""
