"""People and companies found by words: those that begin a word of what they are called.

Exact and by an index, with what every PostgreSQL has (docs/adr/0028): the words of a name, an
e-mail or a domain are a ``tsvector`` without any language, so nothing is stemmed or left out.
"""

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import F, Func, TextField, Value

APART = "@.-_+/:&<>=~"
"""What parts words, also where the database would take the whole for an address or a number."""

NO_WORD = frozenset(f"{APART}'\\\x00")


def words_of(*columns: str) -> SearchVector:
    """The words of these text columns; as an index has them, and as a search compares them."""
    terms = [term for name in columns for term in (F(name), Value(" "))]
    # The arguments in the order in which a migration writes them: Django compares that, too.
    text = Func(*terms, arg_joiner=" || ", output_field=TextField(), template="%(expressions)s")
    apart, blanks = Value(APART), Value(" " * len(APART))
    words = Func(text, apart, blanks, function="translate", output_field=TextField())
    return SearchVector(words, config="simple")


def beginnings(words: str) -> SearchQuery | None:
    """All of these words, each the beginning of one; None where there is no word."""
    parted = "".join(" " if letter in NO_WORD else letter for letter in words).split()
    if not parted:
        return None
    return SearchQuery(
        " & ".join(f"'{word}':*" for word in parted), config="simple", search_type="raw"
    )
