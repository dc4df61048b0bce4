"""Which errors of the database only say that somebody else came first."""

STATES = frozenset(("40P01", "40001"))
"""Deadlock and serialization failure."""


def lost_to_another(error: BaseException) -> bool:
    """Whether the transaction was taken back to let another one through: our turn is next."""
    return getattr(error.__cause__, "sqlstate", None) in STATES
