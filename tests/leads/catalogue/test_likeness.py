"""Names that are written differently and seem to mean the same."""

import pytest

from leads.catalogue import find_likeness


@pytest.mark.parametrize(
    ("name", "other"),
    [
        pytest.param("Team Mate Invited", "Teammate Invited", id="spaces"),
        pytest.param("teammate_invited", "Teammate Invited", id="snake"),
        pytest.param("TeammateInvited", "Teammate Invited", id="camel"),
        pytest.param("TEAMMATE-INVITED", "Teammate Invited", id="case and hyphens"),
        pytest.param("Invite Teammate", "Teammate Invited", id="order and tense"),
        pytest.param("Teamate Invited", "Teammate Invited", id="mistyped"),
    ],
)
def test_seem_to_mean_the_same(name: str, other: str) -> None:
    assert find_likeness(name, ["Data Exported", other]) == other


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Signed Up", "Signed In"),
        ("Project Created", "Project Deleted"),
        ("Teammate Invited", "Teammate Invited"),
        ("Logged In", "Logged Out"),
        ("", "Page"),
        ("---", "___"),
    ],
)
def test_are_different_or_the_very_same(name: str, other: str) -> None:
    assert find_likeness(name, [other]) is None


def test_the_closest_of_several_is_named() -> None:
    assert find_likeness("integration_conected", ["Integration Connected", "Integration Connect"])
    likes = find_likeness("teammate_invited", ["Teamate Invited", "Teammate Invited"])
    assert likes == "Teammate Invited"
