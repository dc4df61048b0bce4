"""What an alert says: plain text in named parts, frozen when it is made. Pure.

Slack blocks, e-mails, webhooks and the inbox are all rendered from this one form. Nothing in it is
escaped: that is the renderer's, who knows for what.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

TITLE_LENGTH = 200
REASONS = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the lines that count most: the points they give, and for what."""

    points: int
    text: str


@dataclass(frozen=True, slots=True)
class Scores:
    """Both scores and the total, each with its maximum; their labels, empty where there is none."""

    fit: int
    max_fit: int
    behavior: int
    max_behavior: int
    total: int
    max_total: int
    band: str = ""
    tier: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a summary with its name: ``("New PQLs", "12")``."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Link:
    """An answer that is one tap away: its words, and the page that takes it."""

    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Content:
    """What an alert says. Empty texts and ``None`` are what is not known or does not apply.

    Args:
        message: why it is told, in a sentence: "Assigned to you. Round-robin: your turn."
        person, job_title, company, product: who, and what they try.
        reasons: up to three, the one that counts most first.
        last_activity: what they did last and when, in the recipient's time: "Invited a teammate,
            Tue 10 Mar at 14:03". A moment, not a span, for it may be read later.
        suggested_message: a first message to the lead; several lines.
        path: where to go, from the application's root: "/leads/5/".
        figures: of a summary alone.
        links: where else to go, by what is answered there.
    """

    message: str = ""
    person: str = ""
    job_title: str = ""
    company: str = ""
    product: str = ""
    scores: Scores | None = None
    reasons: tuple[Reason, ...] = ()
    last_activity: str = ""
    suggested_message: str = ""
    path: str = "/"
    figures: tuple[Figure, ...] = ()
    links: tuple[Link, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The document an alert keeps."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read it again; parts that came into being later are empty in older documents."""
        scores = document.get("scores")
        known = {name: document[name] for name in cls.__slots__ if name in document}
        return cls(
            **known
            | {
                "scores": Scores(**scores) if scores else None,
                "reasons": tuple(Reason(**one) for one in document.get("reasons", ())),
                "figures": tuple(Figure(**one) for one in document.get("figures", ())),
                "links": tuple(Link(**one) for one in document.get("links", ())),
            }
        )

    @property
    def who(self) -> str:
        """``Maya Lind, VP Sales, Acme``: what is known of it."""
        return ", ".join(part for part in (self.person, self.job_title, self.company) if part)

    @property
    def numbers(self) -> str:
        """``112 of 150 (fit 42 of 50, behavior 70 of 100)``; empty without a score."""
        if self.scores is None:
            return ""
        of = self.scores
        return (
            f"{of.total} of {of.max_total} "
            f"(fit {of.fit} of {of.max_fit}, behavior {of.behavior} of {of.max_behavior})"
        )


def one_line(text: str, length: int = TITLE_LENGTH) -> str:
    """``text`` as one line of visible text, cut to ``length`` with an ellipsis.

    Line ends and whatever steers a terminal, a mail header or the direction of writing are names
    people gave themselves at best: they become spaces.
    """
    steering = ("C", "Zl", "Zp")
    shown = "".join(
        " " if unicodedata.category(letter).startswith(steering) else letter for letter in text
    )
    words = " ".join(shown.split())
    return words if len(words) <= length else words[: length - 1].rstrip() + "…"
