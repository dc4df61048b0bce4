"""A fixed exam, answered from the past alone, without a trace."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from integrations.datasets.backtest import backtest
from integrations.datasets.reader import DataSet
from rubrics.models import Backtest, RubricVersion
from rubrics.publishing import publish_now
from rubrics.services import load_rubric
from tests.integrations.datasets.files import RUBRIC, event, write_set
from tests.rubrics.backtests.conftest import SINCE, add_lead
from tests.rubrics.makers import AT, make_product
from tests.rubrics.scored import DOCUMENT as SMALL

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the public data sets are not in {DATA}")
EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"


def run(directory: Path, rubric: dict[str, Any] | None = None, axis: str = "total") -> Any:
    return backtest(
        DataSet(directory),
        rubric or RUBRIC,
        axis=axis,
        on_problem=lambda problem: pytest.fail(str(problem)),
        on_file=lambda path: lambda done: None,
    )


def fingerprint() -> dict[str, Any]:
    """Every table's row count and checksum, and where every sequence stands."""
    tables = [
        model._meta.db_table for label in ("leads", "rubrics", "routing")
        for model in apps.get_app_config(label).get_models()
    ]  # fmt: skip
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t)) FROM {table} t"
            )
            found[table] = cursor.fetchone()
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
        found["sequences"] = cursor.fetchall()
    return found


@pytest.mark.django_db
def test_backtest_sees_nothing_later(tmp_path: Path) -> None:
    result = run(write_set(tmp_path))
    # u1: company size not yet 130, two events before: 10 + 30. u2: one event before, one at its
    # very moment. u3: its only event is later.
    version = result["versions"][0]
    assert (result["leads"], result["positives"]) == (3, 1)
    assert version["auc"]["value"] == 1.0
    assert [bucket["leads"] for bucket in version["buckets"]] == [3, 0, 0, 0]
    assert version["pqls"]["leads"] == 0


@pytest.mark.django_db
def test_backtest_axis(tmp_path: Path) -> None:
    result = run(write_set(tmp_path), axis="behavior")
    buckets = result["versions"][0]["buckets"]
    assert [bucket["leads"] for bucket in buckets] == [2, 1, 0, 0]
    assert buckets[-1]["high"] == 100


@pytest.mark.django_db
def test_backtest_a_message_told_twice_counts_once(tmp_path: Path) -> None:
    twice = [event(1, "u3", "2026-01-05T10:00:00Z")] * 2
    result = run(write_set(tmp_path, events=twice), axis="behavior")
    assert result["versions"][0]["buckets"][0]["leads"] == 3


@pytest.mark.django_db(transaction=True)
def test_backtest_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    rubric = tmp_path / "tiny.yaml"
    rubric.write_text(yaml.safe_dump(RUBRIC))
    directory = write_set(tmp_path / "set")
    call_command("load_dataset", directory, rubric=str(rubric))
    before = fingerprint()
    loaded = run(directory)
    assert fingerprint() == before
    assert loaded["leads"] == 3


@pytest.mark.django_db
def test_backtest_command_prints_one_object(tmp_path: Path) -> None:
    rubric = tmp_path / "tiny.yaml"
    rubric.write_text(yaml.safe_dump(RUBRIC))
    out = StringIO()
    call_command("backtest", write_set(tmp_path / "set"), rubric=str(rubric), json=True, stdout=out)
    found = json.loads(out.getvalue())
    assert (found["n"], found["positives"], found["auc"]) == (3, 1, 1.0)
    assert {"auc_low", "auc_high", "buckets", "pqls", "warnings"} <= found.keys()
    assert found["buckets"][0].keys() == {
        "label", "low", "high", "leads", "positives", "conversion", "conversion_low",
        "conversion_high",
    }  # fmt: skip


@pytest.mark.django_db
def test_backtest_command_prints_for_people(tmp_path: Path) -> None:
    rubric = tmp_path / "tiny.yaml"
    rubric.write_text(yaml.safe_dump(RUBRIC))
    out = StringIO()
    call_command("backtest", write_set(tmp_path / "set"), rubric=str(rubric), stdout=out)
    assert "3 leads, 1 converted" in out.getvalue()
    assert "Only 1 lead converted" in out.getvalue()


@pytest.mark.django_db
def test_backtest_command_bad_input(tmp_path: Path) -> None:
    directory = write_set(tmp_path / "set")
    (directory / "snapshot.csv").unlink()
    with pytest.raises(CommandError, match="no preset 'nonesuch'"):
        call_command("backtest", directory, rubric="nonesuch")
    with pytest.raises(CommandError, match=r"no snapshot\.csv"):
        call_command("backtest", directory, rubric="standard")


@pytest.mark.data
@needs_data
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "leads", "positives", "auc"),
    [
        ("oulad-2013j", 7687, 4473, 0.74),
        ("online-retail", 1530, 657, 0.62),
        ("bank-marketing", 45211, 5289, 0.73),
    ],
)
def test_backtest_example_rubrics_predict(
    name: str, leads: int, positives: int, auc: float
) -> None:
    rubric = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text())
    result = run(DATA / name, rubric)
    assert (result["leads"], result["positives"]) == (leads, positives)
    assert result["versions"][0]["auc"]["value"] > auc


@pytest.fixture
def stored() -> RubricVersion:
    """Two leads whose outcome is known, and a later sign-up; a draft."""
    product = make_product("used", "recent")
    add_lead(product, uses=2, converted=30)
    add_lead(product, uses=0, converted=None)
    add_lead(product, uses=0, converted=None, started_at=SINCE + timedelta(days=150))
    return load_rubric(SMALL, product=product, by=None, at=AT)


@pytest.mark.django_db
def test_backtest_command_on_stored_leads(stored: RubricVersion, tmp_path: Path) -> None:
    out = StringIO()
    call_command(
        "backtest", rubric_version=stored.pk, days=14, horizon=30, csv=tmp_path / "out", stdout=out
    )
    assert "2 leads, 1 converted" in out.getvalue()
    assert "Left out: 1 could still convert" in out.getvalue()
    job = Backtest.objects.get()
    assert (job.state, job.horizon_days) == ("done", 30)
    assert (tmp_path / "out" / "buckets.csv").read_text("utf-8-sig").startswith("version,label,")


@pytest.mark.django_db
def test_backtest_command_on_stored_leads_bad_input(stored: RubricVersion) -> None:
    for options, text in (
        ({}, "publish a rubric"),
        ({"rubric_version": 0}, "publish a rubric"),
        ({"rubric_version": 99_999_999}, "no version has the id 99999999"),
        ({"rubric_version": stored.pk, "horizon": 3000}, "Nobody's time is over"),
        ({"rubric_version": stored.pk, "beside": stored.pk}, "Choose another version"),
    ):
        with pytest.raises(CommandError, match=text):
            call_command("backtest", **options)
    with pytest.raises(CommandError, match="Give the rubric to try"):
        call_command("backtest", Path())
    publish_now(stored, by=None, at=AT)
    accounts = {
        **SMALL, "rubric": "accounts", "subject": "account", "thresholds": {"total": 5, "fit": 0},
    }  # fmt: skip
    publish_now(
        load_rubric(accounts, product=stored.rubric.product, by=None, at=AT), by=None, at=AT
    )
    with pytest.raises(CommandError, match=r"Say which version: .* accounts@1, or a draft"):
        call_command("backtest")
