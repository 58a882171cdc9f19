"""The screens, served to the browser of the same machine."""
