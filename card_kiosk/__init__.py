"""The lobby program that reads the NHI card."""
