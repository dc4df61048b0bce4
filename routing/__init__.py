"""Action: who works which PQL, and how it went."""
