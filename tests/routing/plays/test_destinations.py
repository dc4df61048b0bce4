import pytest

from routing.plays.destinations import Directory, NamedDestination


def named(key: str, *, hook: bool = True, on: bool = True, plays: bool = True) -> NamedDestination:
    return NamedDestination(key, key.upper(), is_webhook=hook, is_on=on, takes_plays=plays)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("crm", ""),
        ("fax", "There is no webhook “fax”. Add it under Destinations, or choose another."),
        ("slack", "“SLACK” is no webhook, and plays tell webhooks only. Choose another."),
        ("old", "“OLD” is switched off. Switch it on under Destinations, or choose another."),
    ],
)
def test_trouble_with_a_destination_says_what_to_do(key: str, said: str) -> None:
    directory = Directory()
    directory.offer(lambda: [named("crm"), named("slack", hook=False), named("old", on=False)])
    assert directory.trouble_with(key) == said


@pytest.mark.parametrize(
    ("known", "reached"),
    [
        ([], False),
        ([named("crm")], True),
        ([named("crm", plays=False)], False),
        ([named("crm", on=False)], False),
        ([named("slack", hook=False)], False),
    ],
    ids=["none", "one", "takes no plays", "off", "no webhook"],
)
def test_all_that_take_plays_must_be_one_at_least(
    known: list[NamedDestination], reached: bool
) -> None:
    directory = Directory()
    directory.offer(lambda: known)
    assert (directory.trouble_with("") == "") is reached
