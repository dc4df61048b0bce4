"""What a version that went live did to the queue: one digest, not a storm of alerts.

Routing opens and deals the PQLs that a version brings like any others; who works them is told once,
here. Work on leads that are PQLs no longer goes on: it is said beside it, and why.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Count, QuerySet

from routing.models import DigestSeen, Qualification, Rep
from routing.remembered import remembered
from routing.viewers import Viewer
from rubrics.models import Publication, ScoreChange

SHOWN_FOR = timedelta(days=7)
MOST_SHOWN = 3
MOST_LOOKED_AT = 20
CACHED_S = 60
ByRep = Counter[int | None]
"""So many PQLs by their reps' ids, under ``None`` those of nobody."""
Key = tuple[int, int]
"""Ids of a lead and a product."""


@dataclass(frozen=True, slots=True)
class RepShare:
    """What one rep got of a version's PQLs, and how many open ones of theirs it turned cold."""

    name: str
    born: int
    lost: int


@dataclass(frozen=True, slots=True)
class Digest:
    """One version that went live, to one viewer: theirs first, then everybody's."""

    publication: Publication
    born: int
    born_in_all: int
    lost: int
    lost_in_all: int
    shares: list[RepShare]


def digests_for(viewer: Viewer, *, at: datetime) -> list[Digest]:
    """The versions that went live lately and did something to what the viewer sees, newest first,
    unless they put that away. One query if any did, until all is looked up anew."""
    lately = [one for one in remembered("went-live", CACHED_S, _lately) if _is_shown(one, at)]
    if not lately:
        return []
    seen = DigestSeen.objects.filter(publication__in=lately, user=viewer.user_id)
    put_away = set(seen.values_list("publication", flat=True))
    news = [publication for publication in lately if publication.pk not in put_away]
    told = (_digest(publication, viewer) for publication in news[:MOST_SHOWN])
    return [one for one in told if one.born or one.lost or one.shares]


def _lately() -> list[Publication]:
    """The last that went live: more than are shown at a time, since each may be put away."""
    return list(Publication.objects.flipped().select_related("version__rubric")[:MOST_LOOKED_AT])


def _is_shown(publication: Publication, at: datetime) -> bool:
    return publication.flipped_at is not None and publication.flipped_at > at - SHOWN_FOR


def _digest(publication: Publication, viewer: Viewer) -> Digest:
    counted = partial(_counted, publication.pk)
    born, lost, names = remembered(f"digest-{publication.pk}", CACHED_S, counted)
    return Digest(
        publication=publication,
        born=born[viewer.rep_id] if viewer.rep_id else 0,
        born_in_all=born.total(),
        lost=lost[viewer.rep_id] if viewer.rep_id else 0,
        lost_in_all=lost.total(),
        shares=sorted(
            (RepShare(names[rep], born[rep], lost[rep]) for rep in names if viewer.sees_all),
            key=lambda share: (-share.born, -share.lost, share.name),
        ),
    )


def _counted(publication_id: int) -> tuple[ByRep, ByRep, dict[int | None, str]]:
    """What it brought and took each rep, and their names."""
    born = _by_rep(Qualification.objects.born_of(publication_id))
    lost = _by_rep(Qualification.objects.lost_by(publication_id))
    return born, lost, _names(born | lost)


def _by_rep(found: QuerySet[Qualification]) -> ByRep:
    # All rows rather than all ids: then an index tells it.
    counts = found.order_by().values_list("rep").annotate(number=Count("*"))
    return Counter(dict(counts))


def _names(reps: Iterable[int | None]) -> dict[int | None, str]:
    wanted = set(reps)
    ids = [rep for rep in wanted if rep is not None]
    found: dict[int | None, str] = {
        rep.pk: str(rep) for rep in Rep.objects.filter(pk__in=ids).select_related("user")
    }
    return found | ({None: "Unassigned"} if None in wanted else {})


def lost_by(keys: Iterable[Key]) -> dict[Key, Publication]:
    """Of leads that are PQLs no longer: those that a version made none, by going live."""
    wanted = set(keys)
    if not wanted:
        return {}
    lead_ids, product_ids = zip(*wanted, strict=True)
    last = (
        ScoreChange.objects.filter(lost=True, lead__in=lead_ids, product__in=product_ids)
        .select_related("publication__version__rubric")
        .order_by("lead_id", "product_id", "-at", "-pk")
        .distinct("lead_id", "product_id")
    )
    return {
        (change.lead_id, change.product_id): change.publication
        for change in last
        if change.publication is not None and (change.lead_id, change.product_id) in wanted
    }
