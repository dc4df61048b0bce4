"""A rep who lets PQLs pass without doing anything gets nothing new until they act."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from routing.models import Qualification, Rep, SlaEvent, StateChange
from routing.sla import telling


def passed_in_a_row(rep: Rep) -> int:
    """How many PQLs the rep let pass since they last did anything with one."""
    acted_at = StateChange.objects.filter(by=rep.user_id).aggregate(last=Max("at"))["last"]
    passed = SlaEvent.objects.breaches().filter(rep=rep)
    if acted_at is not None:
        passed = passed.filter(at__gt=acted_at)
    return passed.count()


def pause_if_silent(pql: Qualification, *, at: datetime) -> bool:
    """Pause the PQL's rep if its policy's limit is reached; tell them and the manager, once."""
    rep, policy = pql.rep, pql.sla_policy
    if rep is None or policy is None or policy.silent_limit is None:
        return False
    passed = passed_in_a_row(rep)
    if passed < policy.silent_limit:
        return False
    if Rep.objects.filter(pk=rep.pk, paused_at=None).update(paused_at=at) != 1:
        return False
    telling.tell_paused(pql, rep, passed, at=at)
    return True


def resume_who_acted() -> int:
    """Deal to those again who did something since they were paused; return how many."""
    acted = StateChange.objects.filter(by=OuterRef("user"), at__gt=OuterRef("paused_at"))
    paused = Rep.objects.filter(Exists(acted), paused_at__isnull=False)
    return paused.update(paused_at=None)


@transaction.atomic
def resume(rep: Rep) -> bool:
    """Deal to a paused rep again, because their manager says so; False if they were not paused."""
    return Rep.objects.filter(pk=rep.pk, paused_at__isnull=False).update(paused_at=None) == 1
