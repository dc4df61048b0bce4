"""What plays wait for. Each trigger is one class: its words, its checks, and its SQL."""

from collections.abc import Mapping

from routing.models.play import TriggerKind
from routing.plays.triggers.base import Span, Trigger, Vocabulary
from routing.plays.triggers.episodes import PqlOpened, StateChanged
from routing.plays.triggers.hits import Ready, SignalHit
from routing.plays.triggers.scores import ScoreFell, TotalReached
from routing.plays.triggers.trials import TrialEnding

TRIGGERS: Mapping[str, Trigger] = {
    trigger.kind: trigger
    for trigger in (
        TotalReached(),
        PqlOpened(),
        SignalHit(),
        Ready(),
        ScoreFell(),
        TrialEnding(),
        StateChanged(),
    )
}
assert set(TRIGGERS) == set(TriggerKind)

__all__ = ["TRIGGERS", "Span", "Trigger", "Vocabulary"]
