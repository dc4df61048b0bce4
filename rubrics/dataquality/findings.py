"""What an audit found: what, why it matters, what to do, and where. Pure.

Benchmarks: 40 % of an attribute missing is a red flag, and an audit a week is the habit to have
(HubSpot guide, the mistake of data quality).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rubrics.dataquality.counts import Facts

RED_MISSING = 40
WARN_MISSING = 20
"""Percent of leads of whom an attribute is unknown."""
WARN_LATE, WARN_AHEAD, WARN_REJECTED = 10, 1, 1
WARN_INACTIVE, WARN_PERSONAL, WARN_ANONYMOUS = 50, 40, 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know. ``link`` is the admin list that shows it, as (model, query)."""

    level: str
    what: str
    why: str
    todo: str
    link: tuple[str, str] | None = None


def share(part: float, whole: float) -> int:
    """In percent; never 0 for what there is."""
    if not whole or not part:
        return 0
    return max(round(100 * part / whole), 1)


def share_words(part: float, whole: float) -> str:
    """``12 %``, ``under 1 %``."""
    return "under 1 %" if 0 < part < whole / 200 else f"{share(part, whole)} %"


def version_findings(
    attributes: Sequence[Any],
    signals: Sequence[Any],
    missing: Sequence[Any],
    decisions: Mapping[str, Any],
) -> list[Finding]:
    """What is the matter with the data that one version needs; the gravest first."""
    found = [*_of_attributes(attributes), *_of_signals(signals)]
    if missing:
        points = sum(one.points for one in missing)
        names = ", ".join(one.what for one in missing)
        found.append(
            Finding(
                "warning",
                f"{len(missing)} events are worth instrumenting: {names}.",
                f"{points} points of the rubric wait for them.",
                "Request them from the product team in this order; see the list below.",
            )
        )
    if decisions.get("hanging"):
        part = share(decisions["hanging"], decisions["scored"])
        found.append(
            Finding(
                "info",
                f"{_decisions(decisions['hanging'])} ({part} %) "
                f"hang{'s' if decisions['hanging'] == 1 else ''} on one unknown attribute.",
                "These leads are, or are not, PQLs only because nobody knows.",
                "Enrich the attributes with the most decisions first.",
                ("rubrics.score", ""),
            )
        )
    return sorted(found, key=lambda one: ("red", "warning", "info").index(one.level))


def _of_attributes(rows: Sequence[Any]) -> Iterator[Finding]:
    for row in rows:
        lacking = 100 - row.fill
        if not row.of or lacking < WARN_MISSING:
            continue
        flips = f" {_decisions(row.flips)} could flip." if row.flips else ""
        yield Finding(
            "red" if lacking >= RED_MISSING else "warning",
            f"{row.attributes.capitalize()} is unknown for {lacking} %.",
            f"“{row.criterion}” can {_worth(row)} points.{flips}",
            "Send it with identify or group, or fill it by enrichment.",
            ("leads.lead", ""),
        )


def _decisions(number: int) -> str:
    return f"{number:,} PQL decision{'s' if number != 1 else ''}"


def _worth(row: Any) -> str:
    give, take = f"give {row.most}", f"take {-row.least}"
    if row.most and row.least:
        return f"{give} or {take}"
    return give if row.most else take


def _of_signals(rows: Sequence[Any]) -> Iterator[Finding]:
    for row in rows:
        if row.state == "Silent":
            yield Finding(
                "red",
                f"“{row.name}” has gone silent.",
                f"{row.points} points depend on it; leads look less active than they are.",
                "Find out whether the event was renamed or is no longer sent.",
                ("leads.signal", f"{row.signal_id}"),
            )


def general_findings(facts: Facts) -> list[Finding]:
    """What is the matter with the data as a whole, whatever the version."""
    found = [*_of_sources(facts), *_of_people(facts), *_of_receipts(facts)]
    return sorted(found, key=lambda one: ("red", "warning", "info").index(one.level))


def _of_sources(facts: Facts) -> Iterator[Finding]:
    for _, name, last_at, _ in facts.get("silent", ()):
        yield Finding(
            "red",
            f"The source {name} has sent nothing since {last_at[:16].replace('T', ' ')} UTC.",
            "Decay takes points from leads who may well be active.",
            "Check the sender and its write key.",
            ("leads.source", ""),
        )


def _of_people(facts: Facts) -> Iterator[Finding]:
    leads, accounts = facts.get("leads", 0), facts.get("accounts", 0)
    for key, limit, level, what, why, todo, whole in (
        ("never_active", WARN_INACTIVE, "warning", "of leads have no activity at all",
         "No behavior can be scored of them.",
         "Check that their events carry the same user id, and that events are mapped.", leads),
        ("anonymous", WARN_ANONYMOUS, "warning", "of leads are anonymous, never identified",
         "What they did is lost to the person they are.",
         "Call identify at sign-up and at login, with the anonymous id.", leads),
        ("without_email", WARN_MISSING, "warning", "of leads have no e-mail",
         "They cannot be matched with the CRM, nor with a company by domain.",
         "Send the trait email with identify.", leads),
        ("without_account", RED_MISSING, "warning", "of leads belong to no account",
         "Every attribute of the company is unknown.",
         "Send group, or company domains, so that leads join by their e-mail.", leads),
        ("personal", WARN_PERSONAL, "info", "of leads use a personal e-mail domain",
         "Their company cannot be found by domain, and rubrics take points for it.",
         "Ask for a work e-mail at sign-up, or enrich by name.", leads),
        ("without_domain", WARN_MISSING, "warning", "of accounts have no domain",
         "Leads cannot join them by e-mail.", "Send the trait domain or website with group.",
         accounts),
    ):  # fmt: skip
        part = share(facts.get(key, 0), whole)
        if part >= limit:
            model = "leads.account" if key == "without_domain" else "leads.lead"
            yield Finding(level, f"{part} % {what} ({facts[key]:,}).", why, todo, (model, ""))
    if facts.get("shared_emails"):
        yield Finding(
            "warning",
            f"{facts['shared_emails']:,} e-mail addresses belong to several leads "
            f"({facts['leads_sharing']:,} in all).",
            "One person is scored as several, each with a part of what they did.",
            "Merge them, and send one user id for one person.",
            ("leads.lead", ""),
        )


def _of_receipts(facts: Facts) -> Iterator[Finding]:
    received = facts.get("received", {})
    events = received.get("events", 0)
    rejected = sum(number for *_, number in facts.get("rejected", ()))
    by_code: dict[str, int] = {}
    for _, code, number in facts.get("rejected", ()):
        by_code[code] = by_code.get(code, 0) + number
    if rejected:
        told = ", ".join(f"{code} {number:,}" for code, number in sorted(by_code.items()))
        part = share(rejected, events + rejected)
        yield Finding(
            "red" if part >= WARN_REJECTED else "warning",
            f"{rejected:,} messages of the last 30 days were set aside ({part} %): {told}.",
            "They count for nobody until they are replayed.",
            "Mend the sender, then replay them.",
            ("leads.rejectedmessage", "state=waiting"),
        )
    for key, limit, what, todo in (
        ("late", WARN_LATE, "arrived a day or more after they happened",
         "Find the sender that queues; scores of the time between were too low."),
        ("ahead", WARN_AHEAD, "say that they happen after their receipt",
         "Set the clock of the sender; such events count only once their time has come."),
    ):  # fmt: skip
        part = share(received.get(key, 0), events)
        if part >= limit:
            yield Finding(
                "warning",
                f"{part} % of the events of the last 30 days {what}.",
                "Windows, decay and velocity look at when things happened.",
                todo,
                ("leads.eventtype", ""),
            )
