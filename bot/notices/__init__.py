"""What notices show on the web: their files, by addresses that end."""
