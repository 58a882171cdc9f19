"""The pages of the web log-in, between the chat and LINE's own link dialogue."""
