"""Versions of the assignment rules: one live, one draft, every change in the audit log."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max

from leads import audit
from routing.dealing.conditions import read_conditions
from routing.dealing.rules import Pool
from routing.models import AccountOwner, AssignmentRule, Rep, RuleSet
from routing.models.rule import RuleSetStatus
from routing.services.errors import RoutingError

_RELATED = ("territories", "teams", "reps__user")


class RulesNotPublishable(RoutingError):
    """A draft of rules cannot go live; the message says which rule, and what to do."""


@transaction.atomic
def draft_rules(*, by: AbstractBaseUser | None, at: datetime) -> RuleSet:
    """The draft; made from the live rules if there is none."""
    draft = RuleSet.objects.select_for_update().draft()
    if draft is not None:
        return draft
    number = (RuleSet.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    draft = RuleSet.objects.create(number=number, created_at=at)
    live = RuleSet.objects.live()
    for rule in _rules_of(live) if live else ():
        _copy(rule, draft)
    audit.record("drafted", about=draft, by=by, at=at)
    return draft


def _copy(rule: AssignmentRule, to: RuleSet) -> None:
    related = {name: list(getattr(rule, name).all()) for name in ("territories", "teams", "reps")}
    rule.pk, rule.rule_set = None, to
    rule._state.adding = True
    rule._prefetched_objects_cache = {}  # type: ignore[attr-defined]  # what the original has
    rule.save()
    for name, those in related.items():
        getattr(rule, name).set(those)


@transaction.atomic
def publish_rules(draft: RuleSet, *, by: AbstractBaseUser | None, at: datetime) -> RuleSet:
    """Deal by these rules from now on. PQLs dealt before stay with whom they are.

    Raises:
        RulesNotPublishable: it is no draft any more, or a rule is for nobody.
    """
    draft = RuleSet.objects.select_for_update().get(pk=draft.pk)
    if not draft.is_draft:
        raise RulesNotPublishable(f"{draft} is no draft. Begin a new draft and publish that.")
    check_rules(draft)
    live = RuleSet.objects.select_for_update().live()
    before = told(live) if live else []
    if live is not None:
        live.status = RuleSetStatus.RETIRED
        live.save(update_fields=["status"])
    draft.status = RuleSetStatus.LIVE
    draft.document = document_of(draft)
    draft.published_at = at
    draft.published_by_id = by.pk if by else None
    draft.save(update_fields=["status", "document", "published_at", "published_by"])
    changes = list(audit.differences(before, told(draft)))
    audit.record(
        "published", about=draft, by=by, at=at, changes=changes or [("", None, None)],
        reason=draft.note,
    )  # fmt: skip
    return draft


def check_rules(rule_set: RuleSet) -> None:
    """Refuse rules that could never deal to anybody.

    Raises:
        RulesNotPublishable: names the rule and what to choose.
    """
    for rule in _rules_of(rule_set):
        problem = nobody_named(rule.pool, teams=rule.teams.all(), reps=rule.reps.all())
        if rule.is_on and problem:
            raise RulesNotPublishable(f"“{rule.name}”: {problem}")


def nobody_named(pool: str, *, teams: Iterable[Any], reps: Iterable[Any]) -> str:
    """What is missing where a rule deals among those it names, but names nobody; else empty."""
    if pool == Pool.TEAMS and not list(teams):
        return "choose the teams it deals among, or let it deal among all reps."
    if pool == Pool.REPS and not list(reps):
        return "choose the reps it deals among, or let it deal among all reps."
    return ""


@transaction.atomic
def move_rule(draft: RuleSet, *, key: str, places: int) -> None:
    """Ask a rule of a draft so many places later (below 0: earlier), at most first or last.

    It records nothing: whoever saves a draft records all that is different in it. A rule that is
    gone by now moves nothing.
    """
    rules = list(draft.rules.select_for_update().order_by("position", "pk"))
    keys = [rule.key for rule in rules]
    if key not in keys:
        return
    was = keys.index(key)
    rules.insert(max(was + places, 0), rules.pop(was))
    for position, rule in enumerate(rules):
        rule.position = position
    AssignmentRule.objects.bulk_update(rules, ["position"])


def document_of(rule_set: RuleSet) -> list[dict[str, Any]]:
    """The rules that are on, as the dealing reads them."""
    return [rule.rule.document for rule in _rules_of(rule_set) if rule.is_on]


def told(rule_set: RuleSet) -> list[dict[str, Any]]:
    """Every rule in words, as the audit log and people compare versions."""
    return [
        {
            "key": rule.key,
            "name": rule.name,
            "place": place,
            "on": rule.is_on,
            "conditions": [one.words for one in read_conditions(rule.conditions)],
            "territories": [str(one) for one in rule.territories.all()],
            "deals among": rule.get_pool_display(),
            "teams": [str(one) for one in rule.teams.all()],
            "reps": [str(one) for one in rule.reps.all()],
            "skills": rule.skills,
            "who is next": rule.get_way_display(),
            "while nobody is at work": rule.get_closed_display(),
        }
        for place, rule in enumerate(_rules_of(rule_set), 1)
    ]


def _rules_of(rule_set: RuleSet) -> list[AssignmentRule]:
    return list(rule_set.rules.prefetch_related(*_RELATED).order_by("position", "pk"))


@transaction.atomic
def own_accounts(
    account_ids: Iterable[int], *, rep: Rep, by: AbstractBaseUser | None, at: datetime
) -> int:
    """Make these accounts the rep's, whoever had them before; return how many."""
    ids = sorted(set(account_ids))
    AccountOwner.objects.bulk_create(
        (AccountOwner(account_id=pk, rep=rep, since=at) for pk in ids),
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=["rep", "since"],
    )
    audit.record(
        "given accounts", about=rep, by=by, at=at, changes=[("accounts", None, len(ids))]
    )  # fmt: skip
    return len(ids)
