"""Custom actions of the dialogue: find the turn, call a service, return a template and a ticket."""
