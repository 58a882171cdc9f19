"""The privacy notice as a page."""
