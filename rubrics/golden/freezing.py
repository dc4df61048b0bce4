"""What a rubric reads of a real lead, or account, at one moment, as the facts of a golden lead.

No more of a person is kept than the rules read: of an e-mail only its domain, of values and
sessions only which are the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from leads.models import Account, AttributeChange, Hit, Lead, Signal, Trial
from rubrics.documents import used_signals
from rubrics.golden.checking import judge_golden_leads
from rubrics.golden.shape import MOST_HITS
from rubrics.mappers import Compiled, compiled
from rubrics.measures import MEASURES, SpecError, duration_text
from rubrics.measures.statement import measure
from rubrics.measures.subjects import AccountIds, LeadIds
from rubrics.models import GoldenLead, Rubric
from rubrics.models.rubric import VersionStatus
from rubrics.scoring.types import Column, Judgement, Subject

Facts = dict[str, Any]

MOST_VERSIONS = 5
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Frozen:
    """Facts, what the version makes of them, and what it makes of the real one at that moment."""

    facts: Facts
    judgement: Judgement
    live: Judgement

    @property
    def is_faithful(self) -> bool:
        """Whether the facts score as the real lead does."""
        return _worth(self.judgement) == _worth(self.live)


def freeze(versions: Sequence[Compiled], subject: Lead | Account, *, at: datetime) -> Frozen:
    """The facts of a lead, or an account, as of now that any of a rubric's versions reads.

    Ages are whole minutes where that makes no difference to what the first version makes of them,
    else exact.

    Raises:
        SpecError: it does not try the product, or did too much to be kept.
    """
    version = versions[0]
    live = _live(version, subject, at)
    for unit in (_MINUTE, _MICROSECOND):
        facts = _Freezer(versions, at, unit).facts_of(subject)
        (result,) = judge_golden_leads(version, [GoldenLead(facts=facts, expect={}, at=at)])
        if result.judgement is None:
            raise SpecError("facts", f"{subject} cannot be kept: {'; '.join(result.problems)}")
        frozen = Frozen(facts, result.judgement, live)
        if frozen.is_faithful:
            break
    return frozen


def versions_to_read(rubric: Rubric) -> list[Compiled]:
    """What a rubric's golden leads are made for: its published version, and its drafts.

    Drafts that cannot be scored yet are left out.
    """
    rows = rubric.versions.exclude(status=VersionStatus.RETIRED).order_by("-number")
    pks = sorted(rows.values_list("status", "pk"), key=lambda row: row[0] == VersionStatus.DRAFT)
    found = []
    for _, pk in pks[:MOST_VERSIONS]:
        with suppress(SpecError):
            found.append(compiled(pk))
    return found


def _live(version: Compiled, subject: Lead | Account, at: datetime) -> Judgement:
    subjects: LeadIds | AccountIds
    if isinstance(subject, Lead):
        subjects, kind = LeadIds([subject.pk], at), Subject.LEAD
    else:
        subjects, kind = AccountIds([subject.pk], at), Subject.ACCOUNT
    if version.version.subject is not kind:
        raise SpecError("rubric", f"{version.label} scores {version.version.subject}s")
    for _, measured in measure(
        version.version, subjects, product_id=version.product_id, names=version.names
    ):
        return version.judge(measured)
    raise SpecError("rubric", f"{version.label} does not score {subject}")


def _worth(judgement: Judgement) -> tuple[object, ...]:
    return judgement.fit, judgement.behavior, judgement.total, judgement.points


@dataclass(slots=True)
class _Freezer:
    """One freezing: values and sessions are renamed alike throughout."""

    versions: Sequence[Compiled]
    at: datetime
    unit: timedelta
    names: dict[tuple[str, int], str] = field(default_factory=dict)

    def facts_of(self, subject: Lead | Account) -> Facts:
        if isinstance(subject, Lead):
            person = self._person(subject, self.wanted("lead"))
            account = subject.account
            company = self._known(account.attributes, self.wanted("account")) if account else {}
            earlier = self._earlier({"lead": subject, "account": account})
            return _filled(**person, account=company, earlier=earlier)
        members = Lead.objects.living().filter(account=subject, trials__product=self.product_id)
        wanted = self.wanted("lead")
        told = [self._person(member, wanted) for member in members.order_by("pk")]
        count = sum(len(member["hits"]) for member in told)
        if count > MOST_HITS:
            raise _too_much(subject, count)
        return _filled(
            account=self._known(subject.attributes, self.wanted("account")),
            earlier=self._earlier({"account": subject}),
            members=[
                {"name": f"Member {number}", **_filled(**one)} for number, one in enumerate(told, 1)
            ],
        )

    @property
    def product_id(self) -> int:
        return self.versions[0].product_id

    def wanted(self, owner: str, kind: str = "") -> set[str]:
        """Names of the attributes that the versions read of the lead, or of the account; by
        measures of one kind, or by all."""
        found: set[str] = set()
        for column in self._columns():
            if kind in ("", column.measure):
                measure = MEASURES[column.measure]
                found.update(*measure.attributes(column.params))
                if measure.reads_members:
                    found.add(str(column.params.get("attribute", "lead.email")))
        references = (reference.split(".", 1) for reference in found)
        return {name for whose, name in references if whose == owner}

    def _columns(self) -> Iterator[Column]:
        for version in self.versions:
            yield from version.version.columns

    def _person(self, lead: Lead, wanted: set[str]) -> Facts:
        trial = Trial.objects.get(lead=lead, product=self.product_id)
        known = self._known(lead.attributes, wanted)
        known["signed_up"] = self._age(trial.started_at)
        if trial.ends_at is not None:
            known["trial_ends"] = self._age(trial.ends_at)
        return {"lead": known, "hits": list(self._hits(lead))}

    @staticmethod
    def _known(attributes: Mapping[str, Any], wanted: set[str]) -> Facts:
        known = {name: attributes[name] for name in sorted(wanted & attributes.keys())}
        if "@" in str(known.get("email", "")):
            known["email"] = "x@" + str(known["email"]).split("@", 1)[1]
        return known

    def _earlier(self, owners: Mapping[str, Lead | Account | None]) -> list[Facts]:
        """What was known before of the attributes whose growth counts, oldest first."""
        entries: dict[datetime, Facts] = {}
        for name, owner in owners.items():
            grown = self.wanted(name, "attribute_growth")
            if owner is None or not grown:
                continue
            rows = AttributeChange.objects.filter(
                **{name: owner}, name__in=grown, known_at__lt=self.at
            )
            for row in rows.order_by("known_at"):
                entries.setdefault(row.known_at, {}).setdefault(name, {})[row.name] = row.value
        return [{"ago": self._age(known_at), **entry} for known_at, entry in entries.items()]

    def _hits(self, lead: Lead) -> Iterator[Facts]:
        """The hits that count, oldest first."""
        signals = self._signals()
        rows = Hit.objects.filter(lead=lead, signal__in=signals).order_by("occurred_at", "pk")
        if (count := rows.count()) > MOST_HITS:
            raise _too_much(lead, count)
        for hit in rows.exclude(occurred_at__gt=self.at):
            signal = signals[hit.signal_id]
            entry: Facts = {"signal": signal.key, "ago": self._age(hit.occurred_at)}
            if signal.product_id != self.product_id:
                entry["product"] = self._name("product", signal.product_id)
            if hit.number is not None:
                entry["value"] = int(hit.number) if hit.number.is_integer() else hit.number
            elif hit.value_key is not None:
                entry["value"] = self._name("value", hit.value_key)
            if hit.session_key is not None:
                entry["session"] = self._name("session", hit.session_key)
            yield entry

    def _signals(self) -> dict[int, Signal]:
        """The product's signals that the versions read; those of all products if they ask in how
        many somebody is active."""
        keys = set().union(*(used_signals(version.version) for version in self.versions))
        counts = Q(product=self.product_id, key__in=keys)
        if any(column.measure == "active_products" for column in self._columns()):
            counts |= Q(is_activity=True)
        return {signal.pk: signal for signal in Signal.objects.filter(counts)}

    def _age(self, moment: datetime) -> str:
        age = abs(self.at - moment) // self.unit * self.unit
        text = duration_text(age // _MICROSECOND)
        return f"-{text}" if moment > self.at and age else text

    def _name(self, kind: str, key: int) -> str:
        """The same name for the same value, session or product, and nothing else of it."""
        count = sum(1 for other, _ in self.names if other == kind)
        return self.names.setdefault((kind, key), f"{kind} {count + 1}")


def _filled(**parts: Any) -> Facts:
    return {name: part for name, part in parts.items() if part}


def _too_much(subject: Lead | Account, count: int) -> SpecError:
    return SpecError(
        "facts", f"{subject} did {count:,} things that count; {MOST_HITS:,} at most can be kept"
    )


def frozen_words(facts: Mapping[str, Any]) -> Iterable[str]:
    """What is kept, in short: ``6 attributes``, ``41 hits``."""
    people = [facts, *facts.get("members", ())]
    told = sum(len(one.get("lead") or {}) for one in people) + len(facts.get("account") or {})
    hits = sum(hit.get("times") or 1 for one in people for hit in one.get("hits", ()))
    if members := facts.get("members"):
        yield f"{len(members)} member{'s' if len(members) != 1 else ''}"
    yield f"{told} thing{'s' if told != 1 else ''} known"
    yield f"{hits} hit{'s' if hits != 1 else ''}"
