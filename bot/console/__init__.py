"""The staff's console at `/console/`: server-rendered pages, one module a feature.

A feature is a module with `register(console)`; it is named once in `features.py`. Its views say with `@needs`
who may open them, its words are in a PO domain of its own, its templates are `templates/console/<feature>_*`.
"""
