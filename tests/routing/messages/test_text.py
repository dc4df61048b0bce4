import pytest

from routing.messages.text import FIELDS, UnknownField, check_text, fill

KNOWN = {"first_name": "Ada", "company": "Engines Ltd"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        pytest.param("Hi {first_name}", "Hi Ada", id="known"),
        pytest.param("Hi { first_name }", "Hi Ada", id="spaces around the name"),
        pytest.param("in {product}", "in our product", id="unknown: the field's own words"),
        pytest.param("in {product|the app}", "in the app", id="unknown: the text's words"),
        pytest.param("at {company|your team}", "at Engines Ltd", id="known: never the fallback"),
        pytest.param("I am {rep_name|}.", "I am .", id="an empty fallback says nothing"),
        pytest.param("{nonsense}", "{nonsense}", id="no field: left as it is"),
    ],
)
def test_fill_says_what_is_known(text: str, filled: str) -> None:
    assert fill(text, KNOWN) == filled


def test_fill_does_not_read_values_again_and_escapes_nothing() -> None:
    values = {"name": "{company} <b>&", "company": "Engines Ltd"}
    assert fill("{name} at {company}", values) == "{company} <b>& at Engines Ltd"


def test_check_text_takes_every_field() -> None:
    check_text(" ".join(f"{{{name}}} {{{name}|so}}" for name in FIELDS))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Hi {firstname}", "{firstname}"),
        ("{first_name.__class__}", "{first_name.__class__}"),
        ("{}", "{}"),
        ("{0}", "{0}"),
        ("Hi {first_name", "“{”"),
        ("Hi first_name}", "“}”"),
        ("{{first_name}}", "“{”"),
    ],
)
def test_check_text_names_what_it_refuses(text: str, named: str) -> None:
    with pytest.raises(UnknownField) as refusal:
        check_text(text)
    assert named in str(refusal.value)
    assert "first_name" in str(refusal.value)
