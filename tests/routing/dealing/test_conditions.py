from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routing.dealing.conditions import (
    OPS,
    ConditionError,
    Op,
    all_hold,
    check,
    read_condition,
    read_conditions,
)
from routing.dealing.facts import Facts, facts_document, read_facts
from routing.dealing.fields import FIELDS, find_field
from routing.dealing.regions import REGIONS, country_code, region_of

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
FACTS = Facts(
    at=AT,
    lead_id=7,
    product="suite",
    segment="Enterprise",
    tier=1,
    fit=0,
    behavior=60,
    total=92,
    account_id=3,
    trial_ends_at=AT + timedelta(days=3, hours=12),
    lead={"title": "VP Sales", "is_admin": True, "languages": ["German", "French"]},
    account={"country": "Germany", "employees": 1200, "industry": "SaaS", "plan": ""},
)


@pytest.mark.parametrize(
    ("field", "op", "value", "words"),
    [
        pytest.param("country", "is", "de", "Country is de: it is Germany", id="by code"),
        pytest.param("country", "is_one_of", ["AT", "germany"], None, id="by name"),
        pytest.param("Country", "is_not", "AT", None, id="by the field's label"),
        pytest.param("region", "is", "emea", "Region is emea: it is EMEA", id="by country"),
        pytest.param("industry", "is_none_of", ["Retail", "Media"], None, id="none of"),
        pytest.param("employees", "at_least", 1200, None, id="the bound counts"),
        pytest.param("employees", "at_most", "1200", None, id="a number typed as text"),
        pytest.param(
            "employees",
            "between",
            [1000, 1200],
            "Employees is between 1,000 and 1,200: it is 1,200",
            id="between",
        ),
        pytest.param("fit", "at_most", 0, "Fit is at most 0: it is 0", id="zero is known"),
        pytest.param("fit", "is_known", None, "Fit is known: it is 0", id="zero is not unknown"),
        pytest.param("lead.title", "contains", "vp", None, id="part of a text"),
        pytest.param("lead.languages", "contains", "french", None, id="an element of a list"),
        pytest.param("lead.languages", "is", "german", None, id="any element of a list"),
        pytest.param("lead.languages", "is_not", "Polish", None, id="no element of a list"),
        pytest.param("lead.is_admin", "is", "true", None, id="yes and true are one"),
        pytest.param("account.plan", "is_unknown", None, None, id="empty is unknown"),
        pytest.param("trial_days_left", "at_most", 3.5, None, id="days of a trial"),
    ],
)
def test_condition_holds(field: str, op: str, value: Any, words: str | None) -> None:
    checked = read_condition({"field": field, "op": op, "value": value}).check(FACTS)
    assert checked.holds
    assert words is None or checked.words == words


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        pytest.param("country", "is_not", "DE", id="a name and its code are the same"),
        pytest.param("employees", "between", [1, 1199], id="above"),
        pytest.param("employees", "at_least", 1201, id="below"),
        pytest.param("lead.title", "at_least", 5, id="a text measures nothing"),
        pytest.param("lead.languages", "is_none_of", ["Polish", "german"], id="one of the list"),
        pytest.param("lead.title", "is", "VP", id="a part is not the whole"),
        pytest.param("total", "is", 92.5, id="another number"),
    ],
)
def test_condition_does_not_hold(field: str, op: str, value: Any) -> None:
    assert not read_condition({"field": field, "op": op, "value": value}).check(FACTS).holds


@pytest.mark.parametrize("op", [op for op in OPS if op != Op.IS_UNKNOWN])
def test_condition_on_an_unknown_value_never_holds(op: Op) -> None:
    value = {Op.IS_KNOWN: None, Op.BETWEEN: [0, 1]}.get(op, 0)
    condition = read_condition({"field": "account.seats", "op": op, "value": value})
    checked = condition.check(FACTS)
    assert not checked.holds
    assert checked.words.endswith(": unknown")


def test_every_field_can_be_asked() -> None:
    nothing = Facts(at=AT, lead_id=1, product="suite")
    for field in FIELDS:
        known = read_condition({"field": field, "op": "is_known"}).check(nothing)
        assert known.holds == (field == "product")


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("country", "an object of field"),
        ({"op": "is", "value": 1}, "choose what it is about"),
        ({"field": "contry", "op": "is", "value": "DE"}, "there is no “contry”"),
        ({"field": "lead.", "op": "is", "value": "DE"}, "there is no “lead.”"),
        ({"field": "country", "op": "equals", "value": "DE"}, "comparison from the list"),
        ({"field": "country", "op": "is", "value": " "}, "“Country is …” needs a value"),
        ({"field": "country", "op": "is_known", "value": "DE"}, "takes no value"),
        ({"field": "country", "op": "is", "value": ["DE", "AT"]}, "choose “is one of”"),
        ({"field": "country", "op": "is", "value": {"a": 1}}, "texts and numbers only"),
        ({"field": "total", "op": "at_least", "value": "many"}, "“many” is no number"),
        ({"field": "total", "op": "at_least", "value": "nan"}, "“nan” is no number"),
        ({"field": "total", "op": "is", "value": "high"}, "“high” is no number"),
        ({"field": "total", "op": "between", "value": [5]}, "needs two numbers"),
        ({"field": "total", "op": "between", "value": [9, 5]}, "Swap them"),
    ],
)
def test_condition_that_cannot_be_read_says_the_fix(document: Any, says: str) -> None:
    with pytest.raises(ConditionError, match=says.replace("(", r"\(")):
        read_condition(document)


def test_conditions_name_the_one_that_is_wrong() -> None:
    good = {"field": "country", "op": "is", "value": "DE"}
    with pytest.raises(ConditionError, match="Condition 2: there is no"):
        read_conditions([good, {"field": "x", "op": "is", "value": 1}])
    with pytest.raises(ConditionError, match="a list of"):
        read_conditions({"field": "country"})


def test_conditions_are_written_as_they_were_read() -> None:
    documents = [
        {"field": "country", "op": "is_one_of", "value": ["DE", "AT"]},
        {"field": "employees", "op": "between", "value": [50, 500]},
        {"field": "lead.title", "op": "contains", "value": "VP"},
        {"field": "industry", "op": "is_unknown"},
    ]
    assert [one.document for one in read_conditions(documents)] == documents


def test_check_tells_each_and_all() -> None:
    conditions = read_conditions(
        [
            {"field": "country", "op": "is", "value": "DE"},
            {"field": "tier", "op": "is", "value": 2},
        ]
    )
    checked = check(conditions, FACTS)
    assert [one.document for one in checked] == [
        {"words": "Country is DE: it is Germany", "holds": True},
        {"words": "Tier is 2: it is 1", "holds": False},
    ]
    assert not all_hold(checked)
    assert all_hold(check(conditions, replace(FACTS, tier=2)))
    assert all_hold(check((), FACTS))


def test_find_field_knows_names_labels_and_attributes() -> None:
    assert find_field(" days left of the TRIAL ") == FIELDS["trial_days_left"]
    plan = find_field("Account.plan")
    assert plan is not None
    assert (plan.name, plan.label) == ("account.plan", "Account’s plan")
    assert find_field("colour") is None


def test_facts_prefer_the_company_and_survive_json() -> None:
    person = replace(FACTS, account={"region": "DACH"}, lead={"country": "uk"})
    assert (person.country, person.region, person.employees) == ("uk", "DACH", None)
    assert person.trial_days_left == 3.5
    document = facts_document(FACTS)
    assert read_facts({**document, "gone": 1}) == FACTS
    assert read_facts(facts_document(person)) == person


def test_countries_have_one_code_and_one_region() -> None:
    assert country_code(" United  Kingdom ") == "GB"
    assert country_code("U.S.A.") == country_code("us") == "US"
    assert country_code("Atlantis") == "ATLANTIS"
    assert (region_of("Brazil"), region_of("jp"), region_of("")) == ("LATAM", "APAC", "")
    codes = [code for codes in REGIONS.values() for code in codes.split()]
    assert len(codes) == len(set(codes))
