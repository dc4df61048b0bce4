"""What a report claims: what is there, and nothing where nothing is."""

import json
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from rubrics.backtests.examples import Asked
from rubrics.backtests.export import table_csv, table_names
from rubrics.backtests.reading import Seen
from rubrics.backtests.report import Tally
from rubrics.backtests.text import as_text
from rubrics.backtests.warnings import Circumstances
from rubrics.scoring.types import Measured
from tests.rubrics.backtests.pure import DOCUMENT, made_up, pure_version, report_of
from tests.rubrics.makers import AT

SEEDS = 40


def shuffled(seed: int) -> list[Seen]:
    """Leads whose outcomes belong to others: everything is as it would be, but nothing counts."""
    leads = made_up(seed, 600, {"invited": 0.3})
    labels = [seen.asked.is_positive for seen in leads]
    Random(seed).shuffle(labels)
    return [
        Seen(
            Asked(seen.asked.subject_id, seen.asked.at, label),
            seen.measured,
            seen.signals,
            seen.attributes,
        )
        for seen, label in zip(leads, labels, strict=True)
    ]


def test_no_lift_is_claimed_where_there_is_none() -> None:
    """Of 40 reports on shuffled outcomes, one or two of each kind may be wrong (5 %), not more than
    six (a chance of one in two hundred); of proposals, checked on another half, about none."""
    claims = {"lifts": 0, "auc": 0, "pqls": 0, "points": 0}
    for seed in range(SEEDS):
        report = report_of(shuffled(seed))
        version = report["versions"][0]
        claims["lifts"] += any(lift["verdict"] != "open" for lift in report["lifts"])
        claims["auc"] += version["auc"]["low"] > 0.5
        claims["pqls"] += version["pqls"]["lift"]["low"] > 1
        claims["points"] += bool(report["weights"]["changes"])
    assert all(count <= 6 for count in claims.values()), claims
    assert claims["points"] <= 2


def test_what_is_there_is_found() -> None:
    report = report_of(made_up(1, 3000, {"invited": 0.35, "browsed": -0.15}))
    lifts = {(lift["kind"], lift["key"], lift["words"]): lift for lift in report["lifts"]}
    assert lifts["signal", "invited", ""]["verdict"] == "for"
    assert lifts["signal", "browsed", ""]["verdict"] == "against"
    assert lifts["signal", "exported", ""]["verdict"] == "open"
    browsed = next(one for key, one in lifts.items() if key[:2] == ("criterion", "browsed"))
    assert browsed["note"] == "Gives points, but those with it convert less often."
    exported = next(one for key, one in lifts.items() if key[:2] == ("criterion", "exported"))
    assert exported["note"] == "Counts, but does not tell converters apart here."
    assert report["versions"][0]["auc"]["low"] > 0.5


def test_points_are_proposed_where_another_half_bears_them_out() -> None:
    report = report_of(made_up(1, 3000, {"invited": 0.35, "browsed": -0.15}))
    weights = report["weights"]
    changes = {change["key"]: change["tiers"] for change in weights["changes"]}
    assert weights["why"] == ""
    assert weights["gain"]["low"] > 0
    assert weights["auc_then"]["value"] > weights["auc_now"]["value"]
    (browsed,) = changes["browsed"]
    assert (browsed["old"], browsed["new"] < 0) == (10, True)
    assert not browsed["low"] <= browsed["old"] <= browsed["high"]
    # Three invitations are worth no more than one here: the ladder never falls.
    ladder = {tier["index"]: tier["new"] for tier in changes.get("invited", [])}
    assert ladder.get(0, 12) >= ladder.get(1, 6)


def test_lift_by_hand() -> None:
    """Sixty of 100 had exported; half of them converted, and a tenth of the others."""
    leads = [
        lead(number, exported=number <= 60, converted=number <= 30 or 60 < number <= 64)
        for number in range(1, 101)
    ]
    lifts = report_of(leads)["lifts"]
    (found,) = [lift for lift in lifts if lift["kind"] == "criterion"]
    assert (found["leads"], found["positives"], found["points"]) == (60, 30, 15)
    assert found["lift"]["value"] == pytest.approx(5.0)
    assert (found["prevalence"], found["of_others"]) == (0.6, pytest.approx(30 / 66))
    assert found["of_converters"] == pytest.approx(30 / 34)
    # Two tests (the tier and its signal) of the same p-value: the correction leaves it as it is.
    statistic = 100 * (30 * 36 - 30 * 4) ** 2 / (60 * 40 * 34 * 66)
    assert statistic == pytest.approx(17.11, abs=0.01)
    assert found["chance"] == pytest.approx(3.53e-5, rel=0.01)


def lead(number: int, *, exported: bool, converted: bool, **attributes: Any) -> Seen:
    values = (0.0, float(exported), 0.0, 0.0)
    asked = Asked(number, AT + timedelta(days=number), converted)
    return Seen(asked, (Measured(values, 0),), (2,) if exported else (), attributes)


def test_attributes_are_counted_by_value_and_numbers_in_quarters() -> None:
    leads = [
        lead(number, exported=False, converted=number % 3 == 0,
             **{"lead.team": number % 2 == 0, "lead.seats": number % 4, "account.size": number,
                "lead.tools": ["Slack", "Jira"] if number % 2 else "Slack",
                "lead.note": str(number)})
        for number in range(1, 401)
    ]  # fmt: skip
    lifts = report_of(leads)["lifts"]
    told = {(lift["key"], lift["words"]): lift["leads"] for lift in lifts}
    assert told["lead.team", "yes"] == 200
    assert [told["lead.seats", str(seats)] for seats in range(4)] == [100] * 4
    assert told["account.size", "up to 100"] == 100
    assert told["account.size", "over 300 to 400"] == 100
    assert told["lead.tools", "Jira"] == 200
    assert ("lead.tools", "Slack") not in told  # everybody has it
    assert not any(key == "lead.note" for key, _ in told)  # tells leads apart


def test_report_is_json_and_every_table_is_csv() -> None:
    report = json.loads(json.dumps(report_of(made_up(1, 3000, {"invited": 0.35}), not_over=7)))
    assert table_names(report) == [
        "summary", "buckets", "tenths", "thresholds", "curve", "lifts", "points", "left-out",
        "warnings",
    ]  # fmt: skip
    header, *rows = table_csv(report, "buckets").splitlines()
    assert header == (
        "\ufeffversion,label,low,high,leads,positives,conversion,conversion_low,conversion_high"
    )
    assert len(rows) == 4
    assert len(table_csv(report, "lifts").splitlines()) == 1 + len(report["lifts"])
    with pytest.raises(KeyError):
        table_csv(report, "nothing")


def test_csv_is_safe_in_a_spreadsheet() -> None:
    leads = [
        lead(number, exported=False, converted=number % 3 == 0,
             **{"lead.plan": "=HYPERLINK(1)" if number % 2 else "team"})
        for number in range(1, 401)
    ]  # fmt: skip
    text = table_csv(report_of(leads), "lifts")
    assert ",'=HYPERLINK(1)," in text


def test_text_of_a_report() -> None:
    text = as_text(report_of(made_up(1, 3000, {"invited": 0.35}), not_over=7))
    assert "3,000 leads" in text
    assert "Left out: 7 could still convert: their time is not over" in text
    assert "3 reps × 40 a week" in text
    assert "Invited" in text


def test_a_second_version_is_told_apart_in_pairs() -> None:
    version = pure_version()
    leads = [
        Seen(seen.asked, (seen.measured[0], seen.measured[0]), seen.signals, seen.attributes)
        for seen in made_up(2, 300, {"invited": 0.3})
    ]
    tally = Tally([version, version], DOCUMENT, expected=300)
    for seen in leads:
        tally.add(seen)
    report = tally.report(None, Circumstances({}))
    assert report["difference"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert "have not been told apart" in as_text({**report, "weights": None})


def test_no_lead_at_all_is_told_as_such() -> None:
    report = report_of([])
    assert report["leads"] == 0
    assert report["versions"][0]["auc"] is None
    assert "0 leads" in as_text(report)


def test_a_middle_tier_is_compared_with_those_below_it() -> None:
    """Invited none, once, three times: 10, 20 and 60 of 100 convert."""
    groups = {0: 10, 1: 20, 3: 60}
    leads: list[Seen] = []
    for invited, positives in groups.items():
        for number in range(100):
            asked = Asked(len(leads) + 1, AT + timedelta(days=len(leads)), number < positives)
            leads.append(Seen(asked, (Measured((float(invited), 0.0, 0.0, 0.0), 0),)))
    lifts = {
        lift["points"]: lift for lift in report_of(leads)["lifts"] if lift["kind"] == "criterion"
    }
    assert lifts[6]["lift"]["value"] == pytest.approx(2.0)
    assert lifts[6]["verdict"] == "for"
    assert lifts[12]["without"]["value"] == pytest.approx(0.15)
    assert lifts[12]["lift"]["value"] == pytest.approx(4.0)


def test_leads_of_one_week_tell_no_volume() -> None:
    leads = [lead(number, exported=False, converted=number % 2 == 0) for number in range(1, 101)]
    at = [
        Seen(Asked(one.asked.subject_id, AT, one.asked.is_positive), one.measured) for one in leads
    ]
    assert any("cannot be told" in warning for warning in report_of(at)["warnings"])
    assert not any("cannot be told" in warning for warning in report_of(leads)["warnings"])
