"""Who is looking, and what of the PQLs they may see and do."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import Permission, User
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from routing.models import (
    Alert,
    OnboardingSeen,
    Pilot,
    Qualification,
    Rep,
    SavedView,
    StateChange,
    Team,
)

MOST_UNREAD = 99
ASKED = frozenset(
    {"view_all_qualifications", "work_qualification", "review_qualification", "view_lead"}
)
APPS = frozenset({"leads", "routing"})


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, with the rep they are (if any), the teams they manage and what their
    groups allow."""

    user_id: int
    rep_id: int | None
    team_id: int | None
    sees_all: bool
    may_work: bool
    sees_leads: bool
    may_review: bool = False
    in_pilot: bool = False
    managed: tuple[int, ...] = ()
    """Ids of the teams whose manager they are."""
    knows_guide: bool = False
    """Whether they put away the hint that leads to the guide."""
    unread: int = 0
    """How many of their alerts are new, counted up to one more than ``MOST_UNREAD``."""

    @classmethod
    def of(cls, user: User) -> Viewer:
        """Look the person up. One query for what Django's ``has_perm`` would ask in several."""
        unread = Alert.objects.filter(user=OuterRef("pk")).unread().order_by()
        team_key, rep_key, of_reviewers, in_pilot, new, managed, knows_guide, held = (
            User.objects.filter(pk=user.pk)
            .values_list(
                "rep__team",
                "rep__pk",
                "rep__team__reviews",
                Exists(Pilot.objects.filter(reps__user=OuterRef("pk"))),
                ArraySubquery(unread.values("pk")[: MOST_UNREAD + 1]),
                ArraySubquery(Team.objects.filter(manager=OuterRef("pk")).values("pk")),
                Exists(OnboardingSeen.objects.filter(user=OuterRef("pk"))),
                ArraySubquery(_held()),
            )
            .get()
        )
        may = {name: user.is_superuser or name in held for name in ASKED}
        return cls(
            user_id=user.pk,
            rep_id=rep_key,
            team_id=team_key,
            sees_all=may["view_all_qualifications"],
            may_work=may["work_qualification"],
            sees_leads=may["view_lead"],
            may_review=may["review_qualification"]
            or (may["work_qualification"] and bool(of_reviewers)),
            in_pilot=in_pilot,
            managed=tuple(managed),
            knows_guide=knows_guide,
            unread=len(new),
        )

    @property
    def sees_queue(self) -> bool:
        """Whether there is a queue for them at all."""
        return self.may_work or self.sees_all

    @property
    def sees_team(self) -> bool:
        """Whether reps' numbers are theirs to look at: of all, or of the teams they manage."""
        return self.sees_all or bool(self.managed)

    @property
    def may_assign(self) -> bool:
        """Whether they say who works what."""
        return self.may_work and self.sees_team

    def may_give_to(self, rep: Rep) -> bool:
        """Whether this rep is theirs to give PQLs to."""
        return self.may_assign and (self.sees_all or rep.team_id in self.managed)

    @property
    def team_ids(self) -> tuple[int, ...]:
        """Teams whose PQLs they see: their own, and those they manage."""
        return self.managed if self.team_id is None else (self.team_id, *self.managed)

    def owns(self, view: SavedView) -> bool:
        """Whether this saved view is theirs."""
        return view.owner_id == self.user_id

    def may_act_on(self, qualification: Qualification) -> bool:
        """Reps act on their own and on what is nobody's; who manages a team acts on its reps' too,
        and who sees everything acts on everything."""
        if not self.may_work:
            return False
        if self.sees_all or qualification.rep_id is None:
            return True
        if qualification.rep_id == self.rep_id:
            return True
        rep = qualification.rep if self.managed else None
        return rep is not None and rep.team_id in self.managed

    def may_task(self, rep: Rep) -> bool:
        """People give tasks to themselves, and to the reps they manage."""
        if not self.may_work or rep.pk == self.rep_id:
            return self.may_work
        return self.sees_all or rep.team_id in self.managed

    def may_undo(self, change: StateChange) -> bool:
        """Who did it; who manages a team may undo what its reps did to what they may act on, and
        who sees everything what anybody did (docs/adr/0025)."""
        if not self.may_work:
            return False
        if self.sees_all or change.by_id == self.user_id:
            return True
        if not self.managed or not self.may_act_on(change.qualification):
            return False
        return Rep.objects.filter(user=change.by_id, team__in=self.managed).exists()


def _held() -> QuerySet[Permission, str]:
    """Which of the permissions asked for the outer query's user has, of their own or by a group."""
    theirs = Q(user=OuterRef("pk")) | Q(group__user=OuterRef("pk"))
    asked = Permission.objects.filter(codename__in=ASKED, content_type__app_label__in=APPS)
    return asked.filter(theirs).order_by().values_list("codename", flat=True).distinct()
