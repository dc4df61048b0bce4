"""What is drawn once and filled in says the same as what is drawn for each row."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.utils import timezone

from leads.models import Account, Lead
from routing.models import Qualification
from routing.models.states import CLOSED_STATES, State
from routing.templatetags.ripeline import in_brief
from routing.templatetags.rows import reasons, row_acts, state, trend
from routing.viewers import Viewer
from rubrics.scoring.types import Axis, Line

DRAWN = Template("{% include 'routing/_acts.html' %}")
NAMES = ("Ada & <Vogel>", "Bo", "")


def a_pql(pk: int, of: State, rep_id: int | None) -> Qualification:
    lead = Lead(pk=1000 + pk, name=NAMES[pk % len(NAMES)], email=f"person-{pk}@ripeline.example")
    closed_at = timezone.now() if of in CLOSED_STATES else None
    return Qualification(pk=pk, lead=lead, state=of, rep_id=rep_id, closed_at=closed_at)


@pytest.mark.parametrize("assigns", [True, False])
def test_acts_of_a_row_are_those_of_its_template(assigns: bool) -> None:
    request = RequestFactory().get("/?q=a&b")
    request.user = AnonymousUser()
    viewer = Viewer(1, 1, 1, sees_all=assigns, may_work=True, sees_leads=True)
    context = RequestContext(request, {"viewer": viewer, "compact": True})
    pqls = [
        a_pql(n, of, rep) for n, (of, rep) in enumerate((s, r) for s in State for r in (3, None))
    ]
    with context.bind_template(DRAWN):
        for pql in [*pqls, *pqls]:
            for may_act in (True, False):
                with context.push(pql=pql, may_act=may_act):
                    alone = DRAWN.nodelist.render(context).strip()
                assert row_acts(context, pql, may_act).strip() == alone
                assert bool(alone) is (may_act and pql.closed_at is None)


def test_a_state_is_told_in_its_own_words() -> None:
    assert [
        of.label in state(of.value) and f"state-{of.value}" in state(of.value) for of in State
    ] == [True] * len(State)


@pytest.mark.parametrize(
    ("points", "words"),
    [(None, "new this week"), (0, "unchanged"), (7, "up 7"), (-7, "down 7")],
)
def test_a_trend_is_told_in_words(points: int | None, words: str) -> None:
    assert words in trend(points)


def test_reasons_are_escaped_and_fall_back_on_their_label() -> None:
    told = reasons([Line("a", Axis.FIT, "label", -5, "<b>"), Line("b", Axis.FIT, "x & y", 5, "")])
    assert "−5" in told
    assert "&lt;b&gt;" in told
    assert '"x &amp; y">x &amp; y<' in told


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({"employees": 1200, "industry": "SaaS"}, "1,200 people · SaaS"),
        ({"employees": 12}, "12 people"),
        ({"industry": ["SaaS", "Retail"]}, "SaaS, Retail"),
        ({"employees": None, "industry": ""}, ""),
    ],
)
def test_a_company_in_brief(known: dict[str, object], told: str) -> None:
    assert in_brief(Account(attributes=known)) == told
