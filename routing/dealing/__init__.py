"""Who gets a PQL, when they work, and why. Pure: no framework, no clock, no database."""
