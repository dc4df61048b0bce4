"""What a person does in the product, visit by visit: Segment-shaped messages with relative times.

The same visits make up the demo's past and its live traffic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Protocol

from integrations.demo import words
from integrations.demo.people import Person


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a person, so long after the start of the visit."""

    after: timedelta
    kind: str
    name: str
    properties: dict[str, Any]


@dataclass(slots=True)
class Progress:
    """How far a person has come in the product."""

    onboarding: int = 0
    visits: int = 0
    integrations: set[str] = field(default_factory=set)
    invited: list[str] = field(default_factory=list)
    is_unsubscribed: bool = False


class Visit(Protocol):
    """What a product's users do in one visit; each product has its own."""

    def __call__(
        self, person: Person, progress: Progress, random: Random, *, eagerness: float = 1.0
    ) -> Iterator[Message]: ...


def visit(
    person: Person, progress: Progress, random: Random, *, eagerness: float = 1.0
) -> Iterator[Message]:
    """Yield one visit's messages in order, and note in ``progress`` how far the person came.

    ``eagerness`` multiplies the chance of every deed: 1 for an ordinary visit.
    """
    clock = Clock(random)
    progress.visits += 1
    session = f"{person.external_id}-s{progress.visits}"
    yield clock.message("Signed In", method=random.choice(("password", "google", "sso")))
    yield from _onboard(person, progress, random, clock, eagerness)
    count = 1 + min(int(random.expovariate(0.35) * (0.5 + person.persona.diligence)), 7)
    for feature in random.sample(words.FEATURES, count):
        yield clock.message("Feature Used", feature=feature, session_id=session)
    rates = person.persona.rates
    for deed in random.sample(sorted(rates), len(rates)):
        if random.random() < rates[deed] * eagerness:
            yield from _DEEDS[deed](person, progress, random, clock)


def look_around(random: Random) -> Message:
    """A look at the pricing page before signing up."""
    clock = Clock(random)
    return Message(clock.tick(), "page", "Pricing", {"signed_in": False, "path": "/pricing"})


class Clock:
    """The time since the visit began; every message takes some."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._passed = timedelta()

    def tick(self) -> timedelta:
        self._passed += timedelta(seconds=self._random.randint(8, 150))
        return self._passed

    def message(self, event: str, **properties: Any) -> Message:
        return Message(self.tick(), "track", event, properties)


def _onboard(
    person: Person, progress: Progress, random: Random, clock: Clock, eagerness: float
) -> Iterator[Message]:
    for percent, step in words.ONBOARDING:
        if percent <= progress.onboarding:
            continue
        # The first steps come by themselves, the later ones take will.
        will = person.persona.diligence * eagerness
        if random.random() > min(will + (0.25 if percent <= 40 else 0.0), 0.97):
            return
        progress.onboarding = percent
        yield clock.message("Onboarding Step Completed", step=step, percent=percent)


def _build(person: Person, progress: Progress, random: Random, clock: Clock) -> Iterator[Message]:
    for _ in range(random.randint(1, 2)):
        yield clock.message("Dashboard Built", widgets=random.randint(2, 12))


def _integrate(
    person: Person, progress: Progress, random: Random, clock: Clock
) -> Iterator[Message]:
    left = [name for name in words.INTEGRATIONS if name not in progress.integrations]
    if left:
        name = random.choice(left)
        progress.integrations.add(name)
        yield clock.message("Integration Connected", integration=name)


def _invite(person: Person, progress: Progress, random: Random, clock: Clock) -> Iterator[Message]:
    domain = person.email.partition("@")[2]
    for _ in range(random.randint(1, 2)):
        name = f"{random.choice(words.FIRST_NAMES)}.{random.choice(words.LAST_NAMES)}".lower()
        progress.invited.append(f"{name}@{domain}")
        yield clock.message("Teammate Invited", email=progress.invited[-1])


def _price(person: Person, progress: Progress, random: Random, clock: Clock) -> Iterator[Message]:
    yield Message(clock.tick(), "page", "Pricing", {"signed_in": True, "path": "/pricing"})


def _check_out(
    person: Person, progress: Progress, random: Random, clock: Clock
) -> Iterator[Message]:
    plan = random.choice(("team", "business"))
    yield clock.message("Checkout Started", plan=plan, seats=random.choice((3, 5, 10, 25)))


def _go_premium(
    person: Person, progress: Progress, random: Random, clock: Clock
) -> Iterator[Message]:
    yield clock.message("Premium Feature Used", feature=random.choice(words.PREMIUM_FEATURES))


def _export(person: Person, progress: Progress, random: Random, clock: Clock) -> Iterator[Message]:
    yield clock.message("Report Exported", format=random.choice(("pdf", "csv", "slides")))


def _share(person: Person, progress: Progress, random: Random, clock: Clock) -> Iterator[Message]:
    for _ in range(random.randint(1, 3)):
        yield clock.message("Dashboard Shared", dashboard=f"d{random.randint(1, 400)}")


def _hit_limit(
    person: Person, progress: Progress, random: Random, clock: Clock
) -> Iterator[Message]:
    yield clock.message("Usage Limit Hit", limit=random.choice(words.LIMITS))


def _administer(
    person: Person, progress: Progress, random: Random, clock: Clock
) -> Iterator[Message]:
    yield clock.message(random.choice(("Role Changed", "SSO Configured")))


def _roll_out(
    person: Person, progress: Progress, random: Random, clock: Clock
) -> Iterator[Message]:
    yield clock.message("Rollout Started", seats=random.choice((25, 50, 100)))


def _unsubscribe(
    person: Person, progress: Progress, random: Random, clock: Clock
) -> Iterator[Message]:
    if not progress.is_unsubscribed:
        progress.is_unsubscribed = True
        yield clock.message("Product Emails Unsubscribed", list="tips")


def _downgrade(
    person: Person, progress: Progress, random: Random, clock: Clock
) -> Iterator[Message]:
    yield clock.message("Trial Downgraded", from_plan="business", to_plan="free")


_DEEDS = {
    "build": _build,
    "integrate": _integrate,
    "invite": _invite,
    "pricing": _price,
    "checkout": _check_out,
    "premium": _go_premium,
    "export": _export,
    "share": _share,
    "limit": _hit_limit,
    "administer": _administer,
    "roll_out": _roll_out,
    "unsubscribe": _unsubscribe,
    "downgrade": _downgrade,
}
