"""Backtests of rubrics that score accounts: compared with loops over plain lists."""

from collections import Counter
from random import Random

import pytest

from leads.models import Lead, Product
from rubrics.backtests import running
from rubrics.backtests.examples import Asked, choose
from rubrics.backtests.export import table_csv
from rubrics.backtests.past import (
    count_past,
    is_anybody_there,
    read_ages,
    read_past,
    sample_ages,
)
from rubrics.backtests.reading import (
    Seen,
    judge_past,
    leave_out_nobody,
    read_lives,
    see_past,
)
from rubrics.backtests.running import backtest_some, question_of
from rubrics.backtests.starting import Asking, BacktestRefused, start_backtest, usual_question
from rubrics.backtests.text import as_text
from rubrics.documents import parse_document
from rubrics.mappers import compile_for
from rubrics.models import Backtest, BacktestChunk, ScoreChange
from rubrics.scoring.types import Subject
from rubrics.services import load_rubric
from tests.rubrics.backtests.companies import DAY, DOCUMENT, SINCE, Somebody, World, made_up
from tests.rubrics.makers import AT, rolled_back
from tests.rubrics.scored import DOCUMENT as OF_LEADS

pytestmark = pytest.mark.django_db
ASKING = Asking(days=14, horizon_days=30)


def start(product: Product) -> Backtest:
    version = load_rubric(DOCUMENT, product=product, by=None, at=AT)
    return start_backtest(version, asking=ASKING, at=AT)


def finish(job: Backtest) -> Backtest:
    while backtest_some(at=AT, seconds=60):
        pass
    job.refresh_from_db()
    return job


@pytest.mark.parametrize("seed", range(4))
def test_same_as_loops_over_lists(
    seed: int, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHUNK", dict.fromkeys(Subject, 7))
    world = made_up(seed)
    world.write(product)
    job = start(product)
    question = question_of(job, product.pk)
    expected = [world.expected(question, number) for number in range(len(world.sizes))]
    looked_at = [one for one in expected if not isinstance(one, str)]
    done = finish(job)
    report = done.results
    left_out = Counter(one for one in expected if isinstance(one, str))
    del left_out["not asked"]
    assert done.left_out == left_out
    assert done.total == done.done == len(world.sizes)
    assert (report["subject"], report["leads"]) == ("account", len(looked_at))
    assert report["positives"] == sum(converted for *_, converted in looked_at)
    (told,) = report["versions"]
    assert told["pqls"]["leads"] == sum(is_pql for _, is_pql, _ in looked_at)
    assert told["pqls"]["positives"] == sum(p and c for _, p, c in looked_at)
    won = [
        (mine > other) + (mine == other) / 2
        for mine, _, converted in looked_at
        for other, _, other_converted in looked_at
        if converted and not other_converted
    ]
    assert told["auc"]["value"] == pytest.approx(sum(won) / len(won))
    assert len(looked_at) >= 8
    assert len(left_out) >= 2
    assert not BacktestChunk.objects.exists()


def looked_at(world: World, product: Product) -> tuple[list[Asked], list[Seen]]:
    """Who is looked at, and all that is seen of them, with the whole world in the database."""
    version = compile_for(parse_document(DOCUMENT), product_id=product.pk)
    usual = usual_question(product.pk, at=AT, subject=Subject.ACCOUNT)
    assert usual is not None
    chosen = choose(usual, read_past(usual, after=0, limit=1000).past)
    leave_out_nobody(usual, chosen)
    assert len(judge_past([version], chosen.asked)) == len(chosen.asked)
    seen = see_past([version], chosen.asked)
    lives = read_lives(usual, version, chosen.asked)
    assert see_past([version], chosen.asked, lives) == seen
    return chosen.asked, seen


@pytest.mark.parametrize("seed", range(3))
def test_nothing_later_than_its_moment_is_seen(seed: int, product: Product) -> None:
    """Whatever leads do, say, join and leave after an account's moment, it looks the same."""
    world, random = made_up(seed), Random(seed)
    world.people.append(Somebody(AT - DAY))  # the facts end on the same day in both worlds
    with rolled_back():
        ids = world.write(product)
        asked, before = looked_at(world, product)
    moments = {ids.index(one.subject_id): one.at for one in asked}
    assert len(moments) >= 8
    for one in world.people:
        known = [moments[n] for _, n in one.employers if n in moments]
        later = max([*known, *(at for at, _ in one.employers)], default=AT) + DAY
        one.hits += [(random.choice(("used", "recent")), later) for _ in range(3)]
        over = [number for number in range(len(ids)) if moments.get(number, later) < later]
        one.employers.append((later, random.choice((None, *over))))
    for number, moment in moments.items():
        world.sizes[number].append((moment + DAY, 777))
        colleague = Somebody(moment + DAY, [(moment + DAY, number)], [("used", moment + DAY)])
        world.people += [colleague, Somebody(moment + DAY, [(moment - DAY, number)])]
    with rolled_back():
        new_ids = world.write(product)
        _, after = looked_at(world, product)
    number_of = {pk: number for number, pk in enumerate(new_ids)}
    again = {number_of[seen.asked.subject_id]: seen for seen in after}
    for seen in before:
        same = again[ids.index(seen.asked.subject_id)]
        assert same.asked.at == seen.asked.at
        assert (same.measured, same.signals) == (seen.measured, seen.signals)
        assert same.attributes == seen.attributes


def test_an_account_lives_by_what_its_leads_do(product: Product) -> None:
    """One that left takes its later outcome along; a colleague who joins later brings theirs."""
    left = Somebody(SINCE, [(SINCE, 0), (SINCE + 20 * DAY, None)], [("used", SINCE + DAY)])
    left.outcomes.append(("converted", SINCE + 25 * DAY))
    stays = Somebody(SINCE + 5 * DAY, [(SINCE + 5 * DAY, 0)], [("used", SINCE + 6 * DAY)])
    gone = Somebody(SINCE, [(SINCE, 1), (SINCE + 2 * DAY, None)])
    alone = Somebody(SINCE, [(SINCE + DAY, 2)])
    late = Somebody(SINCE + 20 * DAY, [(SINCE + 20 * DAY, 2)])
    late.outcomes.append(("converted", SINCE + 30 * DAY))
    before_known = Somebody(SINCE, [(SINCE + 10 * DAY, 3)])
    before_known.outcomes.append(("converted", SINCE + 5 * DAY))
    last = Somebody(AT)
    world = World([left, stays, gone, alone, late, before_known, last], [[], [], [], []])
    ids = world.write(product)
    job = start(product)
    question = question_of(job, product.pk)
    assert count_past(question) == 4
    assert is_anybody_there(question)
    past = {one.subject_id: one for one in read_past(question, after=0, limit=9).past}
    assert [past[pk].converted_at for pk in ids] == [
        None, None, SINCE + 30 * DAY, SINCE + 5 * DAY,
    ]  # fmt: skip
    assert past[ids[2]].started_at == SINCE + DAY
    ScoreChange.objects.create(
        lead=Lead.objects.get(trials__started_at=SINCE + 5 * DAY), product=product,
        rubric=job.version.rubric, version=job.version, is_pql=True, at=SINCE + 30 * DAY,
        fit=0, behavior=10, total=10, crossed=True,
    )  # fmt: skip
    done = finish(job)
    assert done.left_out == {"nobody": 1, "converted_before": 1}
    assert (done.results["leads"], done.results["positives"], done.were_pqls) == (2, 1, 1)
    text = as_text(done.results)
    assert text.startswith("2 accounts, 1 converted")
    assert "Only 1 account" in text
    assert "1 of the accounts had leads that were PQLs" in text
    assert ",accounts,positives," in table_csv(done.results, "buckets")


def test_compared_versions_score_the_same_subject(product: Product) -> None:
    made_up(1).write(product)
    of_leads = load_rubric(OF_LEADS, product=product, by=None, at=AT)
    of_accounts = load_rubric(DOCUMENT, product=product, by=None, at=AT)
    with pytest.raises(BacktestRefused, match=r"Choose a version that scores accounts"):
        start_backtest(of_accounts, beside=of_leads, asking=ASKING, at=AT)
    job = start_backtest(of_accounts, asking=ASKING, at=AT)
    assert job.question_words.startswith("Accounts whose first lead signed up from")
    assert "any lead converted (self-serve) or closed won within 30 days?" in job.question_words


def test_some_accounts_tell_as_exactly_how_soon_they_convert(product: Product) -> None:
    """Of accounts that are sampled all leads and outcomes count, not only those sampled."""
    made_up(2).write(product)
    usual = usual_question(product.pk, at=AT, subject=Subject.ACCOUNT)
    assert usual is not None
    everybody = read_ages(usual)
    assert len(set(everybody)) > 3  # quantiles of many different ages
    assert sample_ages(usual, most=10_000) == everybody
    (newest,) = set(sample_ages(usual, most=1))
    assert newest in {
        one.converted_at - one.started_at
        for one in read_past(usual, after=0, limit=1000).past
        if one.converted_at is not None
    }


def test_accounts_that_began_earlier_are_found_out_by_the_job(product: Product) -> None:
    """Only the whole history tells when an account began: nobody waits for that."""
    first = Somebody(SINCE, [(SINCE, 0)])
    World([first, Somebody(SINCE + 30 * DAY, [(SINCE + 30 * DAY, 0)]), Somebody(AT)], [[]]).write(
        product
    )
    version = load_rubric(DOCUMENT, product=product, by=None, at=AT)
    asking = Asking(since=SINCE + 20 * DAY, days=14, horizon_days=30)
    done = finish(start_backtest(version, asking=asking, at=AT))
    assert (done.state, done.results) == ("failed", {})
    assert done.problem.startswith("No account's first lead signed up in this period. Widen it")


def test_leads_of_no_account_are_no_accounts(product: Product) -> None:
    World([Somebody(SINCE), Somebody(AT)], []).write(product)
    with pytest.raises(BacktestRefused, match="check that leads belong to accounts") as refused:
        start(product)
    assert refused.value.field == "since"
