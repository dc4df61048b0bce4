"""Addresses put together from parts are those that Django makes."""

import pytest
from django.urls import NoReverseMatch, reverse, set_script_prefix

from routing.templatetags.links import link


@pytest.mark.parametrize("pk", [0, 7, 10**12])
def test_links_are_what_django_says(pk: int) -> None:
    for name in ("lead-show", "account-show", "queue-panel", "pql-reject"):
        assert link(name, pk) == reverse(f"routing:{name}", args=[pk])
    accept = link("pql-work", pk, "accept")
    assert accept == reverse("routing:pql-work", args=[pk, "accept"])
    assert accept != link("pql-work", pk, "wake")


def test_links_stay_below_where_the_application_is_mounted() -> None:
    at_root = link("lead-show", 7)
    set_script_prefix("/leads/")
    try:
        assert link("lead-show", 7) == f"/leads{at_root}"
    finally:
        set_script_prefix("/")


def test_a_page_that_is_none_is_refused() -> None:
    with pytest.raises(NoReverseMatch):
        link("no-such-page", 7)
