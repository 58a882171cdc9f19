"""The repositories of ports.py over SQLAlchemy Core. Each works on the connection of one unit of work."""
