"""Pictures drawn for one person."""
