"""Questions and answers belong together; stored answers are read back as they were."""

from dataclasses import fields

from rubrics.benchmarks.bands import BEHAVIOR_SHARE, PQL_SHARE
from rubrics.guide.answers import Answers, TrialModel
from rubrics.guide.bands import leaves
from rubrics.guide.questions import PAGES, QUESTIONS


def test_each_answer_has_its_question() -> None:
    assert {one.key for one in QUESTIONS} == {field.name for field in fields(Answers)}
    assert len({one.key for one in QUESTIONS}) == len(QUESTIONS)
    assert 4 <= len(PAGES) <= 6


def test_each_question_says_why() -> None:
    for one in QUESTIONS:
        assert one.label, one.key
        assert one.why.endswith("."), one.key
        assert not one.unknown or one.unknown.endswith("."), one.key


def test_answers_are_read_from_json() -> None:
    stored = {
        "trial_model": "freemium", "signups": 80, "has_segments": False, "coverage": 12,
        "industries": ["SaaS"], "approver": "VP", "won": "many", "reps": True, "crm": "abacus",
        "can_pilot": "yes", "tools": "Segment", "milestones": [], "asked_before": 1,
    }  # fmt: skip
    assert Answers.read(stored) == Answers(
        trial_model=TrialModel.FREEMIUM, signups=80, has_segments=False, coverage=12.0,
        industries=("SaaS",), approver="VP",
    )  # fmt: skip


def test_bands_tell_only_what_leaves_the_usual() -> None:
    assert leaves("Weight", 60, BEHAVIOR_SHARE) == leaves("Weight", 70, BEHAVIOR_SHARE) == ""
    assert leaves("Weight", 59, BEHAVIOR_SHARE) == "Weight 59 %: below the usual 60 to 70 %."
    assert "above the benchmark of 3 to 25 (usual: 5 to 15 %)" in leaves("PQLs", 26, PQL_SHARE)
