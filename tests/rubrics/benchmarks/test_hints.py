"""Help from the sources beside a criterion's points."""

from typing import Any

import pytest

from rubrics.benchmarks import hints_for
from rubrics.presets import load_preset


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"key": "invites", "signals": ["teammate_invited"]}, "2 or more: +15"),
        ({"attribute": "account.employees"}, "50 to 500 employees"),
        ({"measure": "email_domain_in", "tiers": [{"list": "personal"}]}, "-15"),
        ({"measure": "bursts"}, "+25"),
    ],
)
def test_the_kind_of_signal_is_recognized(entry: dict[str, Any], says: str) -> None:
    assert any(says in hint.says for hint in hints_for(entry))


def test_every_criterion_of_the_standard_preset_has_help_and_others_none() -> None:
    assert all(hints_for(entry) for entry in load_preset("standard")["criteria"])
    assert hints_for({"key": "foo", "name": "Something else", "measure": "count"}) == []
