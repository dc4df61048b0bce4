"""What a page of the queue is asked to show. All of it stands in the address."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode


class Tab(StrEnum):
    MINE = "mine"
    TEAM = "team"
    UNASSIGNED = "unassigned"
    EXPIRING = "expiring"
    NEAR_MISS = "near-miss"
    SNOOZED = "snoozed"
    CLOSED = "closed"


TAB_LABELS = {
    Tab.MINE: "Mine",
    Tab.TEAM: "Team",
    Tab.UNASSIGNED: "Unassigned",
    Tab.EXPIRING: "Expiring",
    Tab.NEAR_MISS: "Near miss",
    Tab.SNOOZED: "Snoozed",
    Tab.CLOSED: "Closed",
}


class Order(StrEnum):
    TOTAL = "total"
    BEHAVIOR = "behavior"
    FIT = "fit"
    RECENT = "recent"
    VELOCITY = "velocity"
    DUE = "due"
    WAITING = "waiting"
    NEWEST = "newest"
    FALLING = "falling"
    WAKING = "waking"
    CLOSED = "closed"
    NEAREST = "nearest"


class WithTask(StrEnum):
    """Only leads about which something is to be done."""

    DUE = "due"
    ANY = "any"


TASK_LABELS = {WithTask.DUE: "Task due today or overdue", WithTask.ANY: "With a task"}
ORDER_LABELS = {
    Order.TOTAL: "Highest total",
    Order.BEHAVIOR: "Highest behavior",
    Order.FIT: "Highest fit",
    Order.RECENT: "Active last",
    Order.VELOCITY: "Rising fastest",
    Order.DUE: "First touch due first",
    Order.WAITING: "Waiting longest",
    Order.NEWEST: "Newest first",
    Order.FALLING: "Falling first",
    Order.WAKING: "Waking first",
    Order.CLOSED: "Closed last",
    Order.NEAREST: "Nearest first",
}
_OF_OPEN = (
    Order.TOTAL,
    Order.BEHAVIOR,
    Order.FIT,
    Order.RECENT,
    Order.VELOCITY,
    Order.DUE,
    Order.WAITING,
    Order.NEWEST,
)


def orders_of(tab: Tab) -> tuple[Order, ...]:
    """The orders a tab can be shown in, its own first. What only grows has one, by an index."""
    match tab:
        case Tab.EXPIRING:
            return Order.FALLING, *_OF_OPEN
        case Tab.SNOOZED:
            return Order.WAKING, *_OF_OPEN
        case Tab.CLOSED:
            return (Order.CLOSED,)
        case Tab.NEAR_MISS:
            return (Order.NEAREST,)
    return _OF_OPEN


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page was asked to show.

    ``order`` is one that the tab has. ``rep``, ``team``, ``product`` and ``rubric`` are ids,
    ``born`` and ``lost`` those of publications; ``band`` is a band's name, ``tier`` a place in the
    matrix; ``country`` and ``industry`` are those of the company. ``task`` is a :class:`WithTask`.
    """

    tab: Tab = Tab.MINE
    order: Order = Order.TOTAL
    words: str = ""
    product: int | None = None
    rubric: int | None = None
    state: str = ""
    rep: int | None = None
    team: int | None = None
    band: str = ""
    tier: int | None = None
    country: str = ""
    industry: str = ""
    min_fit: int | None = None
    min_total: int | None = None
    tag: str = ""
    task: str = ""
    born: int | None = None
    lost: int | None = None
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        """Whether anything besides the tab narrows the list."""
        return any(value not in (None, "") for value in self.filters().values())

    def query(self) -> str:
        """The address that shows this, from its first page."""
        shown = {"tab": self.tab.value, **self.filters()}
        if self.order is not orders_of(self.tab)[0]:
            shown["order"] = self.order.value
        return urlencode({name: value for name, value in shown.items() if value not in (None, "")})

    def filters(self) -> dict[str, int | str | None]:
        """Everything that narrows the list, by its name in the address."""
        return {
            "q": self.words,
            "product": self.product,
            "rubric": self.rubric,
            "state": self.state,
            "rep": self.rep,
            "team": self.team,
            "band": self.band,
            "tier": self.tier,
            "country": self.country,
            "industry": self.industry,
            "min_fit": self.min_fit,
            "min_total": self.min_total,
            "tag": self.tag,
            "task": self.task,
            "born": self.born,
            "lost": self.lost,
        }
