"""Judgement: what the facts are worth. Knows leads; nobody above."""
