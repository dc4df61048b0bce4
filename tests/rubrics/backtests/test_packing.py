"""What is counted in chunks comes to the very same as what is counted at once."""

import json
from typing import Any

from rubrics.backtests.packing import add_packed, pack, pack_cases, sampled_cases
from rubrics.backtests.proposing import sampled_share
from rubrics.backtests.reading import Seen
from rubrics.backtests.report import Tally, weights_report
from rubrics.backtests.warnings import Circumstances
from rubrics.scoring.types import Measured
from tests.rubrics.backtests.pure import DOCUMENT, made_up, pure_version, report_of

CHUNK = 170


def leads() -> list[Seen]:
    """Some of whom nothing is known, or silent for long; with attributes of every kind."""
    found = []
    for number, seen in enumerate(made_up(1, 3000, {"invited": 0.35, "browsed": -0.15})):
        values = seen.measured[0].values
        if number % 9 == 0:
            values = (None, *values[1:])
        attributes = {
            **seen.attributes,
            "lead.team": number % 2 == 0,
            "lead.tools": ["Slack", "Jira"][: number % 3],
            "lead.note": f"note {number}",
            "lead.plan": "solo" if number < 200 else seen.attributes["lead.plan"],
        }
        if number < 400:
            del attributes["account.employees"]
        measured = (Measured(values, number * 10**9),)
        found.append(Seen(seen.asked, measured, seen.signals, attributes))
    return found


def in_chunks(several: list[Seen], versions: int = 1) -> tuple[Tally, list[bytes]]:
    """Counted chunk by chunk, through what the rows hold; and the cases of each."""
    whole, cases = Tally([pure_version()] * versions, DOCUMENT), []
    for start in range(0, len(several), CHUNK):
        part = Tally(whole.versions, DOCUMENT)
        for seen in several[start : start + CHUNK]:
            part.add(seen)
        counts, columns = pack(part)
        add_packed(whole, json.loads(json.dumps(counts)), columns)
        cases.append(pack_cases(several[start : start + CHUNK]))
    return whole, cases


def test_counted_in_chunks_is_the_same_as_counted_at_once() -> None:
    several = leads()
    tally, cases = in_chunks(several)
    report: dict[str, Any] = tally.report(None, Circumstances({}))
    sampled = [case for one in cases for case in sampled_cases(tally.versions[0], one, share=1.0)]
    report["weights"] = weights_report(tally.versions[0], DOCUMENT, sampled)
    assert report["weights"]["changes"]
    assert report == report_of(several)


def test_of_two_versions_each_keeps_its_own_scores() -> None:
    several = [
        Seen(one.asked, (*one.measured, Measured((1.0, *one.measured[0].values[1:]), 0)))
        for one in leads()
    ]
    at_once = Tally([pure_version()] * 2, DOCUMENT)
    for one in several:
        at_once.add(one)
    chunked, _ = in_chunks(several, versions=2)
    reports = [tally.report(None, Circumstances({})) for tally in (at_once, chunked)]
    assert reports[0] == reports[1]
    assert reports[0]["difference"]["value"] != 0


def test_a_sample_is_of_the_same_leads_as_at_once() -> None:
    several = leads()
    share = sampled_share(60_000)
    at_once = Tally([pure_version()], DOCUMENT, expected=60_000)
    for one in several:
        at_once.add(one)
    version = pure_version()
    sampled = list(sampled_cases(version, pack_cases(several), share=share))
    assert sampled == at_once.cases
    assert 0 < len(sampled) < len(several) / 2


def test_nobody_is_packed_too() -> None:
    tally, _ = in_chunks([])
    add_packed(tally, *pack(Tally(tally.versions, DOCUMENT)))
    assert tally.report(None, Circumstances({}))["leads"] == 0
    assert list(sampled_cases(tally.versions[0], pack_cases([]), share=1.0)) == []
