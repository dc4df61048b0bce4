"""How pages tell dates and times, where they do not say so themselves."""
