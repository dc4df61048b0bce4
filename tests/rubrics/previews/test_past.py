"""Both versions on past outcomes: the same leads at the same moments, judged by each."""

from unittest.mock import Mock

import pytest

from leads.models import Account, Lead, Outcome, Product
from rubrics.models import Preview, RubricVersion
from rubrics.previews import past, preview_some, running, start_preview
from rubrics.previews.past import ask_past
from rubrics.previews.verdict import comparison
from rubrics.publishing import publish_now
from rubrics.scoring.types import Subject
from rubrics.services import load_rubric
from tests.rubrics.backtests import companies
from tests.rubrics.makers import AT, make_lead
from tests.rubrics.previews.previewed import DRAFT, make_draft, run
from tests.rubrics.scored import DAY

SIGNED_UP = AT - 100 * DAY
MOMENT = SIGNED_UP + 14 * DAY


def past_lead(product: Product, *, uses: int, recent: int = 0, converts: bool = False) -> Lead:
    """Used it on the day before its moment, and very much more the day after."""
    hits = [("used", MOMENT - DAY)] * uses + [("recent", MOMENT - DAY)] * recent
    lead = make_lead(product, started_at=SIGNED_UP, hits=[*hits, ("used", MOMENT + DAY)])
    if converts:
        Outcome.objects.create(
            lead=lead, product=product, kind="converted", occurred_at=MOMENT + 5 * DAY
        )
    return lead


@pytest.fixture
def today(product: Product) -> Lead:
    """Whose sign-up says that the facts go on until now."""
    return make_lead(product, started_at=AT)


def test_same_leads_by_both_versions(
    product: Product, version: RubricVersion, draft: RubricVersion, today: Lead
) -> None:
    """By what is published 10 and 8 (3 and 0 for the others); by the draft 8, 12, 8, 0."""
    past_lead(product, uses=2)
    past_lead(product, uses=1, recent=1, converts=True)
    past_lead(product, uses=0, recent=1)
    past_lead(product, uses=0, converts=True)
    told = run(draft).evaluation
    assert told is not None
    assert (told["leads"], told["positives"], told["days"], told["horizon_days"]) == (4, 2, 14, 30)
    now, then = told["now"], told["then"]
    assert (now["pqls"]["leads"], now["pqls"]["positives"]) == (1, 0)
    assert (then["pqls"]["leads"], then["pqls"]["positives"]) == (1, 1)
    # Of the four pairs of a converter and another: 8 beats 3 only; 12 beats 8 twice.
    assert now["auc"]["value"] == 0.25
    assert then["auc"]["value"] == 0.5
    assert told["auc_difference"]["value"] == 0.25
    assert told["flags"]["converted"] == {"only_now": 0, "only_then": 1, "chance": 1.0}
    assert told["flags"]["others"] == {"only_now": 1, "only_then": 0, "chance": 1.0}


def test_what_happened_later_is_not_seen(
    product: Product, version: RubricVersion, draft: RubricVersion, today: Lead
) -> None:
    """A lead that is a PQL by now, but had done nothing by its moment."""
    lead = past_lead(product, uses=0, converts=True)
    make_lead(product, started_at=SIGNED_UP)
    Account.objects.create()
    told = run(draft).evaluation
    assert told is not None
    assert told["then"]["pqls"]["leads"] == 0
    assert lead.pk


def test_examples_are_gone_once_evaluated_and_chunks_do_not_matter(
    product: Product,
    version: RubricVersion,
    draft: RubricVersion,
    today: Lead,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for uses in range(5):
        past_lead(product, uses=uses, converts=uses > 2)
    whole = run(draft)
    monkeypatch.setattr(past, "CHUNK", 2)
    parts = run(draft)
    assert parts.evaluation == whole.evaluation
    assert parts.examples == {}
    assert parts.done == parts.total == 11


def test_whom_to_look_at_is_found_out_once(
    product: Product, draft: RubricVersion, today: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads everybody's history; a ring that goes on works by what the first one found."""
    for _ in range(5):
        past_lead(product, uses=2)
    monkeypatch.setattr(past, "CHUNK", 2)
    spy = Mock(wraps=ask_past)
    monkeypatch.setattr(running, "ask_past", spy)
    preview = start_preview(draft, at=AT)
    rings = 0
    while preview_some(at=AT, seconds=0):
        rings += 1
    preview.refresh_from_db()
    assert (rings > 3, spy.call_count) == (True, 1)
    assert preview.evaluation is not None
    assert preview.evaluation["leads"] == 5
    assert preview.done == preview.total


def test_only_the_newest_are_looked_at(
    product: Product, today: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    for age in (100, 90, 80, 70):
        make_lead(product, started_at=AT - age * DAY)
    monkeypatch.setattr(past, "MOST_EXAMPLES", 2)
    asked = ask_past(product.pk, at=AT)
    assert asked is not None
    assert (asked.question.since, asked.count) == (AT - 80 * DAY, 2)
    third = Lead.objects.get(trials__started_at=AT - 80 * DAY)
    assert asked.after == third.pk - 1


def test_long_history_gives_leads_longer(product: Product, today: Lead) -> None:
    make_lead(product, started_at=AT - 149 * DAY)
    asked = ask_past(product.pk, at=AT)
    assert asked is not None
    assert asked.question.horizon_days == 30
    make_lead(product, started_at=AT - 150 * DAY)
    asked = ask_past(product.pk, at=AT)
    assert asked is not None
    assert (asked.question.horizon_days, asked.question.until) == (60, AT - 74 * DAY)


def test_nobodys_time_is_over(product: Product, draft: RubricVersion, today: Lead) -> None:
    make_lead(product, started_at=AT - 44 * DAY)
    assert ask_past(product.pk, at=AT) is None
    told = run(draft).evaluation
    assert told == {"subject": "lead", "leads": 0, "positives": 0, "left_out": {}}


def test_first_draft_is_judged_alone(product: Product, today: Lead) -> None:
    from rubrics.signals import ensure_signals

    ensure_signals(DRAFT, product=product)
    past_lead(product, uses=3, converts=True)
    past_lead(product, uses=1)
    told = run(make_draft(product)).evaluation
    assert told is not None
    assert "now" not in told
    assert told["then"]["auc"]["value"] == 1


def test_segments_choose_as_of_then(product: Product, version: RubricVersion, today: Lead) -> None:
    """A draft for large companies judges whom it would have judged then; nobody was large."""
    past_lead(product, uses=2, converts=True)
    large = {"measure": "number_in_range", "attribute": "account.employees", "ranges": [[9, None]]}
    segment = {"name": "Large", "order": 1, "when": [large]}
    draft = load_rubric(
        {**DRAFT, "rubric": "large", "segment": segment}, product=product, by=None, at=AT
    )
    told = run(draft).evaluation
    assert told is not None
    assert told["now"]["pqls"] == told["then"]["pqls"]
    assert told["now"]["pqls"]["leads"] == 1


def test_accounts_by_both_versions(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same accounts as loops over plain lists look at; the draft asks for less."""
    monkeypatch.setattr(past, "CHUNK", 5)
    world = companies.made_up(2)
    document = companies.DOCUMENT
    publish_now(load_rubric(document, product=product, by=None, at=AT), by=None, at=AT)
    world.write(product)
    lower = {**document, "thresholds": {"total": 5, "fit": 0, "behavior": 0}}
    told = run(load_rubric(lower, product=product, by=None, at=AT)).evaluation
    asked = ask_past(product.pk, at=AT, subject=Subject.ACCOUNT)
    assert told is not None
    assert asked is not None
    found = [world.expected(asked.question, number) for number in range(len(world.sizes))]
    seen = [one for one in found if not isinstance(one, str)]
    assert (told["subject"], told["leads"]) == ("account", len(seen))
    assert told["positives"] == sum(converted for *_, converted in seen)
    assert told["left_out"]["nobody"] == found.count("nobody")
    now, then = told["now"]["pqls"], told["then"]["pqls"]
    assert (now["leads"], now["positives"]) == (
        sum(is_pql for _, is_pql, _ in seen),
        sum(is_pql and converted for _, is_pql, converted in seen),
    )
    assert then["leads"] == sum(total >= 5 for total, *_ in seen) > now["leads"]
    assert told["now"]["auc"] == told["then"]["auc"]
    shown = comparison(Preview.objects.get())
    assert shown is not None
    assert (shown["many"], "these accounts" in shown["verdict"]) == ("accounts", True)
