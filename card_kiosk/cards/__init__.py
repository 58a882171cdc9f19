"""One file a card type: its commands and the strict parse of its answer."""
