"""What a draft must pass to go live."""

import pytest
from django.contrib.auth.models import User

from leads.models import AuditEntry
from rubrics.errors import GateRefused, VersionNotPublishable
from rubrics.gates import check_publishable
from rubrics.models import RubricVersion
from rubrics.publishing import publish_now
from rubrics.services import draft_version
from tests.rubrics.golden.cases import QUIET, keep
from tests.rubrics.makers import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(version: RubricVersion) -> RubricVersion:
    return draft_version(version, by=None, at=AT)


def test_golden_leads_that_come_out_as_agreed_let_it_pass(draft: RubricVersion) -> None:
    keep(draft.rubric)
    assert check_publishable(draft, by=None, at=AT).rubric_id == draft.rubric_id


def test_one_that_comes_out_otherwise_holds_it_up(draft: RubricVersion) -> None:
    keep(draft.rubric)
    keep(draft.rubric, name="Quiet student", facts=QUIET)
    with pytest.raises(GateRefused) as error:
        publish_now(draft, by=None, at=AT)
    assert error.value.may_override
    assert error.value.problems == (
        "“Quiet student” must be a PQL, but is none: total 5 of 10 needed, behavior 5 of 10 needed",
    )
    assert str(error.value).startswith("small v2 is not published: “Quiet student” must be")
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_those_switched_off_and_of_other_rubrics_do_not_count(draft: RubricVersion) -> None:
    keep(draft.rubric, facts=QUIET, is_active=False)
    check_publishable(draft, by=None, at=AT)


def test_a_reason_overrides_golden_leads_and_is_kept(draft: RubricVersion) -> None:
    person = User.objects.create(username="robin")
    keep(draft.rubric, facts=QUIET)
    with pytest.raises(GateRefused):
        check_publishable(draft, by=person, at=AT, override="  ")
    check_publishable(draft, by=person, at=AT, override="She left.")
    entry = AuditEntry.objects.get(action="overrode golden leads")
    assert (entry.about, entry.about_id) == ("rubrics.rubricversion", draft.pk)
    assert (entry.by, entry.reason, entry.field) == (person, "She left.", "golden_leads.busy-vp")
    assert "must be a PQL" in str(entry.before)


def test_a_reason_does_not_override_what_cannot_be_scored(
    version: RubricVersion, draft: RubricVersion
) -> None:
    with pytest.raises(VersionNotPublishable, match="make a new draft"):
        check_publishable(version, by=None, at=AT, override="I want it")
    draft.criteria.all().delete()
    with pytest.raises(VersionNotPublishable, match="cannot be scored"):
        check_publishable(draft, by=None, at=AT, override="I want it")
