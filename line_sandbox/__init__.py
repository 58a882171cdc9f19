"""A stand-in for the LINE platform on your own machine."""
