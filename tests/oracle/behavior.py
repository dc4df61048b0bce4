"""The measures of hits as the design states them: lists and loops, one lead at a time.

An account is measured like a lead, by the hits of all its members together (facts.Team).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.oracle.facts import ELSEWHERE, NO_ACTIVITY, OracleHit, Person, Team, span
from tests.oracle.fit import as_text, first_known

Spec = Mapping[str, Any]
MICROSECOND = timedelta(microseconds=1)


def measure_hits(spec: Spec, person: Person, at: datetime) -> float | None:
    """The number of one behavior measure, None if there is none; spans are microseconds."""
    kind = spec["measure"]
    if kind in OF_THE_TRIAL:
        return OF_THE_TRIAL[kind](person, at)
    if kind == "users_on_domain":
        assert isinstance(person, Team)
        return users_on_domain(person, at)
    happened = [hit for hit in person.hits if hit.at <= at]
    if kind == "active_products":
        inside = [hit for hit in happened if is_inside(hit.at, spec.get("window"), person, at)]
        return active_products(inside)
    if kind == "sequence":
        inside = [hit for hit in happened if is_inside(hit.at, spec.get("window"), person, at)]
        return sequence(inside, spec["steps"], span(spec["within"]))
    hits = [hit for hit in happened if hit.signal in spec["signals"]]
    if kind == "bursts":
        return bursts([hit.at for hit in hits], spec["size"], span(spec["window"]))
    if kind in ("growth", "user_growth"):
        return growth(spec, hits, at)
    hits = [hit for hit in hits if is_inside(hit.at, spec.get("window"), person, at)]
    if kind == "weighted_count":
        return weighted_count(hits, span(spec["half_life"]), at)
    if kind == "departments":
        assert isinstance(person, Team)
        return departments(hits, person, spec.get("attribute", "lead.department"), at)
    return COUNTERS[kind](hits, person, at)


def is_inside(
    moment: datetime, window: Mapping[str, str] | str | None, lead: Person, at: datetime
) -> bool:
    """Rolling (at - N, at]; first [sign-up, sign-up + N); last of the trial [end - N, end); the
    trial [sign-up, end); after it [end, ...)."""
    end = lead.ends_at
    if window is None:
        return True
    if window == "trial":
        return lead.started_at <= moment and (end is None or moment < end)
    if window == "after_trial":
        return end is not None and end <= moment
    assert isinstance(window, Mapping)
    for kind, length in window.items():
        if kind == "last":
            return at - span(length) < moment <= at
        if kind == "first":
            return lead.started_at <= moment < lead.started_at + span(length)
        if kind == "trial_last":
            return end is not None and end - span(length) <= moment < end
    raise AssertionError(window)


def bursts(moments: list[datetime], size: int, length: timedelta) -> float:
    """Greedy from the earliest: ``size`` hits within ``length``, ends included."""
    found = 0
    waiting = sorted(moments)
    while waiting:
        start = waiting[0]
        together = [moment for moment in waiting if moment <= start + length]
        if len(together) >= size:
            found += 1
            waiting = [moment for moment in waiting if moment > start + length]
        else:
            waiting = waiting[1:]
    return found


def growth(spec: Spec, hits: list[OracleHit], at: datetime) -> float:
    """The last period, (at - W, at], less the one before, (at - 2W, at - W]; of hits or users."""
    length = span(spec["period"])
    now = [hit for hit in hits if at - length < hit.at <= at]
    before = [hit for hit in hits if at - 2 * length < hit.at <= at - length]
    if spec["measure"] == "user_growth":
        return len({hit.lead for hit in now}) - len({hit.lead for hit in before})
    more = len(now) - len(before)
    return 100 * more / max(len(before), 1) if spec.get("as") == "percent" else more


def weighted_count(hits: list[OracleHit], half_life: timedelta, at: datetime) -> float:
    """Each hit weighs 0.5^(age / half-life), nothing after a thousand; the oldest first."""
    total = 0.0
    for hit in sorted(hits, key=lambda hit: hit.at):
        halvings = ((at - hit.at) // MICROSECOND) / (half_life // MICROSECOND)
        if halvings <= 1000:
            total += 0.5**halvings
    return total


def sequence(hits: list[OracleHit], steps: list[list[str]], within: timedelta) -> float:
    """Hits of the last step that end a chain of all the steps, each strictly after the other."""
    found = 0
    for hit in hits:
        if hit.signal in steps[-1]:
            starts = chain_starts(hits, steps[:-1], hit.at)
            found += any(hit.at - start <= within for start in starts)
    return found


def chain_starts(hits: list[OracleHit], steps: list[list[str]], end: datetime) -> set[datetime]:
    """When chains of the steps may have begun that are over before ``end``."""
    if not steps:
        return {end}
    last = {hit.at for hit in hits if hit.signal in steps[-1] and hit.at < end}
    return {start for moment in last for start in chain_starts(hits, steps[:-1], moment)}


def active_products(hits: list[OracleHit]) -> float:
    active = [hit.signal for hit in hits if hit.signal not in NO_ACTIVITY]
    return len({ELSEWHERE.get(signal, "the one scored") for signal in active})


def count(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    return len(hits)


def distinct_days(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    days = []
    for hit in hits:
        day = hit.at.astimezone(UTC).date()
        if day not in days:
            days.append(day)
    return len(days)


def distinct_values(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    values = []
    for hit in hits:
        if hit.value is not None and str(hit.value) not in values:
            values.append(str(hit.value))
    return len(values)


def largest_value(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    numbers = [hit.value for hit in hits if isinstance(hit.value, int | float)]
    return max(numbers) if numbers else 0


def sessions(hits: list[OracleHit]) -> list[list[OracleHit]]:
    """The hits of each session; two people never share one."""
    visits: dict[tuple[int, str], list[OracleHit]] = {}
    for hit in hits:
        if hit.session is not None:
            visits.setdefault((hit.lead, hit.session), []).append(hit)
    return list(visits.values())


def distinct_sessions(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    return len(sessions(hits))


def most_in_session(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    best = 0.0
    for visit in sessions(hits):
        best = max(best, distinct_values(visit, lead, at))
    return best


def longest_session(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    """Minutes from a session's first hit to its last."""
    longest = timedelta(0)
    for visit in sessions(hits):
        moments = sorted(hit.at for hit in visit)
        longest = max(longest, moments[-1] - moments[0])
    return (longest // MICROSECOND) / 60_000_000


def days_since(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    last = lead.started_at
    if hits:
        last = max(hit.at for hit in hits)
    return max((at - last) // MICROSECOND, 0)


def since_last(hits: list[OracleHit], lead: Person, at: datetime) -> float | None:
    return days_since(hits, lead, at) if hits else None


def trial_age(lead: Person, at: datetime) -> float | None:
    return max((at - lead.started_at) // MICROSECOND, 0)


def trial_over(lead: Person, at: datetime) -> float | None:
    if lead.ends_at is None or at < lead.ends_at:
        return None
    return (at - lead.ends_at) // MICROSECOND


def active_users(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    return len({hit.lead for hit in hits})


def share_active(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    assert isinstance(lead, Team)
    return 100 * active_users(hits, lead, at) / len(lead.members)


def departments(hits: list[OracleHit], team: Team, reference: str, at: datetime) -> float:
    found = set()
    for number, member in enumerate(team.members):
        text = as_text(member.attribute(reference, at))
        if text and any(hit.lead == number for hit in hits):
            found.add(text)
    return len(found)


def users_on_domain(team: Team, at: datetime) -> float | None:
    domain = as_text(first_known("account.domain", team, at))
    if domain is None:
        return None
    found = 0
    for member in team.members:
        _, sign, theirs = (as_text(member.attribute("lead.email", at)) or "").partition("@")
        found += bool(sign) and theirs == domain
    return found


OF_THE_TRIAL: Mapping[str, Callable[[Person, datetime], float | None]] = {
    "trial_age": trial_age,
    "trial_over": trial_over,
}
COUNTERS: Mapping[str, Callable[[list[OracleHit], Person, datetime], float | None]] = {
    "count": count,
    "distinct_days": distinct_days,
    "distinct_values": distinct_values,
    "largest_value": largest_value,
    "distinct_sessions": distinct_sessions,
    "most_in_session": most_in_session,
    "longest_session": longest_session,
    "days_since": days_since,
    "since_last": since_last,
    "active_users": active_users,
    "share_active": share_active,
}
