"""Values that rules can read out of a line: numbers, dates, contacts, and the words of the lexicon."""
