"""The demo as a whole: alive, typical, synthetic; and the doors to it. Loaded once for all."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.test import override_settings
from pytest_django import DjangoDbBlocker, Settings

from integrations.demo import SEED, workspace
from integrations.models import ApiToken
from leads.keys import hash_write_key
from leads.models import (
    Account,
    AccountChange,
    AttributeChange,
    Event,
    Lead,
    LeadChange,
    Outcome,
    Source,
    Trial,
)
from routing import pilots
from routing.models import Alert, Pilot, Qualification, StateChange
from routing.models.qualification import State
from rubrics.explain import stored_score
from rubrics.models import AccountScore, AccountScoreChange, RubricVersion, Score, ScoreChange
from rubrics.scores import rescore
from tests.rubrics.makers import rolled_back

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 3, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """The demo in a transaction that outlives the tests; the file with its credentials."""
    path = tmp_path_factory.mktemp("demo") / "demo.json"
    with django_db_blocker.unblock(), rolled_back():
        with override_settings(DEMO_CREDENTIALS_FILE=str(path)):
            workspace.load_demo(at=AT, seed=SEED)
        yield path


@pytest.fixture(autouse=True)
def credentials_file(demo: Path, tmp_path: Path, settings: Settings) -> Path:
    """A test's own copy: what it changes is undone, as in the database."""
    path = tmp_path / "demo.json"
    path.write_bytes(demo.read_bytes())
    settings.DEMO_CREDENTIALS_FILE = str(path)
    return path


def test_load_demo_is_typical_and_alive() -> None:
    leads = Trial.objects.filter(product__key="lumenboard").count()
    assert leads == 600
    of_board = ScoreChange.objects.filter(crossed=True, product__key="lumenboard")
    crossed = of_board.values("lead").distinct().count()
    assert 0.07 <= crossed / leads <= 0.14
    bought = Outcome.objects.filter(kind="converted", product__key="lumenboard")
    converted = set(bought.values_list("lead", flat=True))
    assert 0.035 <= len(converted) / leads <= 0.09
    pqls = _board_pqls()
    rest = 1 - len(pqls) / leads
    assert len(converted & pqls) / len(pqls) > 3 * len(converted - pqls) / (leads * rest)
    states = set(Qualification.objects.values_list("state", flat=True))
    assert {State.ASSIGNED, State.ACCEPTED, State.REJECTED, State.WON, State.LOST} <= states
    waiting = Qualification.objects.filter(state=State.ASSIGNED)
    assert waiting.count() >= 3
    assert waiting.filter(opened_at__gt=AT - timedelta(days=1)).exists()
    _check_accounts_are_typical()


def _board_pqls() -> set[int]:
    """Leads that were PQLs of Lumenboard."""
    of_board = Qualification.objects.filter(product__key="lumenboard")
    return set(of_board.values_list("lead", flat=True))


def _check_accounts_are_typical() -> None:
    scores = AccountScore.objects.all()
    of_board = Account.objects.filter(leads__trials__product__key="lumenboard").distinct()
    assert scores.count() == of_board.count()
    assert 0.05 <= scores.filter(is_pql=True).count() / scores.count() <= 0.15
    assert set(scores.values_list("band", flat=True)) == {0, 1, 2, 3}
    with_history = AccountScoreChange.objects.values("account").annotate(n=Count("pk"))
    assert with_history.filter(n__gte=5).count() >= 20
    for name in ("funding_raised_at", "executive_hired_at"):
        assert Account.objects.filter(attributes__has_key=name).count() >= 15
    counted = AttributeChange.objects.filter(account__isnull=False, name="employees")
    assert counted.values("account").annotate(n=Count("pk")).filter(n__gte=2).count() >= 200
    departments = Lead.objects.values_list("attributes__department", flat=True).distinct()
    assert len(set(departments) - {None}) == 7
    trials = Trial.objects.all()
    assert trials.filter(ends_at__lt=AT).count() >= 100
    assert trials.filter(ends_at__gt=AT, ends_at__lt=AT + timedelta(days=3)).count() >= 5
    assert trials.filter(ends_at=None, lead__account=None).exists()


def test_load_demo_has_a_segment_and_a_second_product_that_some_use_besides() -> None:
    """What the highest of two scores, the bonus for both and a segment look like, is there."""
    rubrics = Counter(Score.objects.values_list("version__rubric__key", flat=True))
    assert rubrics["large-companies"] >= 40
    assert rubrics["developer-platform"] >= 90
    large = Score.objects.filter(version__rubric__key="large-companies")
    assert not large.filter(lead__account__attributes__employees__lte=500).exists()
    both = Lead.objects.annotate(products=Count("trials")).filter(products=2)
    assert both.count() >= 25
    best = Counter(
        Score.objects.filter(lead=lead).headline_first().values_list("product__key", flat=True)[0]
        for lead in both
    )
    assert min(best["lumenboard"], best["lumenkit"]) >= 8
    lines = (
        line for one in Score.objects.filter(lead__in=both) for line in stored_score(one).lines
    )
    assert sum(line.key == "cross_product" for line in lines) >= 15
    of_kit = Qualification.objects.filter(product__key="lumenkit")
    assert {State.ASSIGNED, State.REJECTED, State.WON} <= set(
        of_kit.values_list("state", flat=True)
    )
    assert len(_board_pqls() & set(of_kit.values_list("lead", flat=True))) >= 3


def test_load_demo_is_synthetic_and_quiet() -> None:
    assert not Lead.objects.exclude(is_synthetic=True).exists()
    assert not Account.objects.exclude(is_synthetic=True).exists()
    assert set(Source.objects.values_list("is_synthetic", flat=True)) == {True}
    assert not StateChange.objects.unannounced().exists()
    assert not ScoreChange.objects.unrouted().exists()
    assert not LeadChange.objects.exists()
    assert not AccountChange.objects.exists()
    assert Event.objects.filter(occurred_at__gt=AT).count() == 0


def test_load_demo_has_a_pilot_with_verdicts_and_something_to_review() -> None:
    pilot = Pilot.objects.running(AT).get()
    results = pilots.results_of(pilot)
    groups = results.comparisons[0]
    assert groups.pilot.of >= 8
    assert groups.others.of >= 4
    assert results.days >= 6
    waiting = Qualification.objects.to_review()
    assert waiting.exists()
    told = Alert.objects.filter(kind="review", qualification__in=waiting)
    assert set(told.values_list("user__username", flat=True)) == {"sami"}
    assert not Qualification.objects.filter(rep__user__username="sami").exists()


def test_load_demo_the_replayed_scores_are_the_engines() -> None:
    before = _results()
    for version in RubricVersion.objects.published():
        rescore(version=version, at=AT)
    assert _results() == before


def _results() -> list[object]:
    columns = ("product", "version", "fit", "behavior", "points")
    return [
        list(Score.objects.order_by("lead", "product").values_list("lead", *columns)),
        list(AccountScore.objects.order_by("account").values_list("account", *columns)),
        ScoreChange.objects.count(),
        AccountScoreChange.objects.count(),
    ]


def test_demo_credentials_open_the_doors() -> None:
    out = StringIO()
    call_command("demo_credentials", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert [entry["role"] for entry in found["signins"]] == [
        "RevOps",
        "manager",
        *["rep"] * 3,
        "SDR",
    ]
    for entry in found["signins"]:
        assert authenticate(username=entry["username"], password=entry["password"]) is not None
    assert ApiToken.objects.usable_with(found["api_token"]) is not None
    board, kit = Source.objects.order_by("name")
    assert board.key_hash == hash_write_key(found["write_key"])
    assert kit.key_hash == hash_write_key(found["kit_write_key"])
    assert found["write_key"] not in str(list(Source.objects.values()))


def test_demo_credentials_lost_are_made_anew(credentials_file: Path) -> None:
    old = json.loads(credentials_file.read_text())
    credentials_file.unlink()
    with pytest.raises(CommandError, match="load_demo"):
        call_command("demo_credentials")
    call_command("load_demo", stdout=StringIO())
    new = json.loads(credentials_file.read_text())
    assert new["write_key"] != old["write_key"]
    assert ApiToken.objects.usable_with(old["api_token"]) is None
    assert authenticate(**{k: new["signins"][0][k] for k in ("username", "password")}) is not None


def test_demo_credentials_of_another_database_are_replaced(credentials_file: Path) -> None:
    other = json.loads(credentials_file.read_text()) | {"write_key": "rlw_other"}
    credentials_file.write_text(json.dumps(other))
    call_command("load_demo", stdout=StringIO())
    assert workspace.has_credentials()
