"""Delivery over LINE: Flask, Celery, rendering."""
