"""A play in one sentence, and what came of it."""

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q

from leads.models import Product, Signal
from routing.dealing.conditions import read_conditions
from routing.models import Play, PlayRun, Touch
from routing.models.play_run import RunState
from routing.plays.actions import ACTIONS
from routing.plays.editing import problems_of
from routing.plays.running import in_order
from routing.plays.triggers import TRIGGERS, Vocabulary
from rubrics.models import Band, RubricVersion


def vocabulary(product: Product | None) -> Vocabulary:
    """What a product's signals and bands are called; of any product, what all of them say alike."""
    signals = Signal.objects.all()
    published = RubricVersion.objects.published()
    if product is not None:
        signals = signals.filter(product=product)
        published = published.filter(rubric__product=product)
    by_version: dict[int, list[tuple[int, str]]] = {}
    for band in Band.objects.filter(version__in=published).order_by("at_least"):
        by_version.setdefault(band.version_id, []).append((band.at_least, band.name))
    told = list(by_version.values())
    agreed = told[0] if told and all(one == told[0] for one in told) else []
    return Vocabulary(dict(signals.values_list("key", "name")), agreed)


def sentence(play: Play, names: Vocabulary) -> str:
    """``For Notes, when a lead enters Hot (61–100), if Fit is at least 20: task for the rep …;
    alert to …; at most once in 7 days for a lead.``; what is missing, where it could not act."""
    if problems := problems_of(play):
        return f"Not ready: {problems[0]}"
    asked = [condition.words for condition in read_conditions(play.conditions)]
    when = TRIGGERS[play.trigger].words(play.trigger_params, names)
    begins = f"For {play.product}, {when[:1].lower()}{when[1:]}" if play.product else when
    condition = f", if {' and '.join(asked)}" if asked else ""
    done = [ACTIONS[one["kind"]].words(one) for one in in_order(play.actions)]
    days = play.limit_days
    limit = f"at most once in {days} day{'' if days == 1 else 's'} for a lead"
    ends = [*done, *([limit] if days else ["every time"])]
    return f"{begins}{condition}: {'; '.join(ends)}."


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a play: how often it acted or left out, and how often a touch followed."""

    fired: int
    skipped: int
    failed: int
    touched: int


def came_of(play: Play) -> Came:
    """Counted over all its runs. A touch is one logged after it acted, for the PQL it acted on."""
    touched = Touch.objects.filter(
        qualification=OuterRef("qualification"), touched_at__gte=OuterRef("worked_at")
    )
    first = Q(qualification__first_touched_at__gte=F("worked_at"))
    runs = PlayRun.objects.filter(play=play)
    states = dict(runs.order_by().values_list("state").annotate(Count("pk")))
    reached = runs.fired().filter(first | Exists(touched)).count()
    return Came(
        fired=states.get(RunState.FIRED, 0),
        skipped=states.get(RunState.SKIPPED, 0),
        failed=states.get(RunState.FAILED, 0),
        touched=reached,
    )
