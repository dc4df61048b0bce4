"""Do two event names mean the same? Team Mate Invited, teammate_invited, InviteTeammates. Pure."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

NEAR = 0.88
"""Share of the letters in common from which on two names may be one, mistyped."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
_ENDINGS = ("ing", "ed", "es", "s", "e")


def find_likeness(name: str, others: Iterable[str]) -> str | None:
    """The one of ``others`` that is written differently but seems to mean ``name``, if any.

    First those that differ in case, spaces, hyphens, underscores or humps alone; then those of the
    same words in another order or form; then those a typing mistake away.
    """
    wanted = [other for other in others if other != name]
    for form in (_squashed, _stems):
        ours = form(name)
        for other in wanted:
            if ours and form(other) == ours:
                return other
    ours = _squashed(name)
    best: tuple[float, str] | None = None
    matcher = SequenceMatcher(b=ours, autojunk=False)
    for other in wanted:
        theirs = _squashed(other)
        if min(len(ours), len(theirs)) < 5 or abs(len(ours) - len(theirs)) > 3:
            continue
        matcher.set_seq1(theirs)
        if matcher.real_quick_ratio() < NEAR or matcher.quick_ratio() < NEAR:
            continue
        found = (matcher.ratio(), other)
        if found[0] >= NEAR and (best is None or found > best):
            best = found
    return None if best is None else best[1]


def words(name: str) -> list[str]:
    """``TeammateInvited``, ``teammate_invited``, ``Teammate Invited`` -> teammate, invited."""
    return [word.casefold() for word in _WORD.findall(_HUMP.sub(" ", name))]


def _squashed(name: str) -> str:
    return "".join(words(name))


def _stems(name: str) -> frozenset[str]:
    return frozenset(map(_stem, words(name)))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
