"""The business: insurance, without LINE, Rasa, Flask or PC/SC."""
