"""What is no draft does not change: the database refuses, whatever the code asks for."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from leads import audit
from leads.models import AuditEntry, Product
from rubrics.models import (
    Band,
    Criterion,
    CriterionGroup,
    Rubric,
    RubricList,
    RubricVersion,
    Tier,
)
from rubrics.publishing import publish_now
from rubrics.services import draft_version, load_rubric
from tests.rubrics.makers import AT
from tests.rubrics.scored import DOCUMENT
from tests.stock import written_once
from tests.world import publish

pytestmark = pytest.mark.django_db

WHOLE: dict[str, Any] = {
    **DOCUMENT,
    "lists": {"personal": ["mail.example"]},
    "groups": {"use": {"max": 20}},
    "bands": [{"at_least": 0, "name": "Cold"}],
    "criteria": [{**DOCUMENT["criteria"][0], "group": "use"}, DOCUMENT["criteria"][1]],
}
PARTS = (Criterion, CriterionGroup, Band, RubricList)


@pytest.fixture
@written_once
def published(product: Product) -> RubricVersion:
    draft = load_rubric(WHOLE, product=product, by=None, at=AT)
    return publish_now(draft, by=None, at=AT)


@pytest.fixture
@written_once
def draft(published: RubricVersion) -> RubricVersion:
    return draft_version(published, by=None, at=AT)


def refuses(write: Callable[[], object], *, because: str) -> None:
    with pytest.raises(IntegrityError, match=because), transaction.atomic():
        write()


OTHER_VALUES: dict[str, object] = {
    "ArrayField": ["x"], "BooleanField": True, "CharField": "x", "DateTimeField": AT,
    "FloatField": 7.5, "JSONField": [1], "PositiveIntegerField": 77,
    "PositiveSmallIntegerField": 77,
}  # fmt: skip
COLUMNS = {
    field.name: OTHER_VALUES[field.get_internal_type()]
    for field in RubricVersion._meta.concrete_fields
    if field.name not in ("id", "rubric", "status", "published_at", "published_by", "created_by")
}


@pytest.mark.parametrize("status", ["published", "retired"])
def test_every_column_is_frozen_once_it_is_no_draft(published: RubricVersion, status: str) -> None:
    rows = RubricVersion.objects.filter(pk=published.pk)
    if status == "retired":
        rows.update(status=status)
    for column, value in COLUMNS.items():
        because = f"^{re.escape(str(published))} is {status}: it does not change"
        refuses(partial(rows.update, **{column: value}), because=because)
    published.refresh_from_db()
    assert published.published_at == AT


def test_a_version_that_is_no_draft_cannot_be_deleted(product: Product) -> None:
    rubric = Rubric.objects.create(product=product, key="bare", name="Bare")
    bare = RubricVersion.objects.create(rubric=rubric, number=3)
    publish(bare)
    refuses(bare.delete, because="^Bare v3 is published: only drafts can be deleted")


@pytest.mark.parametrize("part", PARTS)
def test_nothing_that_it_holds_changes(
    published: RubricVersion, draft: RubricVersion, part: type[Any]
) -> None:
    rows, theirs = part.objects.filter(version=published), part.objects.filter(version=draft)
    assert rows.exists()
    refuses(rows.delete, because="nothing that it holds changes")
    refuses(lambda: rows.update(version=draft), because="nothing that it holds changes")
    refuses(lambda: theirs.update(version=published), because="nothing that it holds changes")
    copy = theirs.first()
    copy.pk, copy.version = None, published
    refuses(copy.save, because="nothing that it holds changes")
    theirs.all().delete()  # of the draft all may go


def test_no_tier_of_it_changes(published: RubricVersion, draft: RubricVersion) -> None:
    rows = Tier.objects.filter(criterion__version=published)
    refuses(lambda: rows.update(points=99), because="nothing that it holds changes")
    refuses(rows.delete, because="nothing that it holds changes")
    criterion = published.criteria.get(key="recent")
    theirs = Tier.objects.filter(criterion__version=draft)
    refuses(lambda: theirs.update(criterion=criterion), because="nothing that it holds changes")
    refuses(
        lambda: Tier.objects.create(criterion=criterion, points=1),
        because="nothing that it holds changes",
    )
    theirs.update(points=99)


@pytest.mark.parametrize(
    ("start", "end", "is_allowed"),
    [
        ("draft", "published", True),
        ("draft", "retired", False),
        ("published", "draft", False),
        ("published", "retired", True),
        ("retired", "published", True),
        ("retired", "draft", False),
    ],
)
def test_moves_of_a_version(
    published: RubricVersion, draft: RubricVersion, start: str, end: str, is_allowed: bool
) -> None:
    version = draft if start == "draft" else published
    RubricVersion.objects.published().update(status="retired")
    rows = RubricVersion.objects.filter(pk=version.pk)
    if start == "published":
        rows.update(status="published")
    dated = {"published_at": None if end == "draft" else AT}

    def move() -> object:
        return rows.update(status=end, **dated)

    if is_allowed:
        move()
    else:
        refuses(move, because=f"is {start}: it cannot become {end}")


def test_the_maker_of_a_version_may_go(product: Product) -> None:
    person, other = User.objects.create(username="robin"), User.objects.create(username="mara")
    draft = load_rubric(WHOLE, product=product, by=person, at=AT)
    version = publish_now(draft, by=person, at=AT)
    rows = RubricVersion.objects.filter(pk=version.pk)
    refuses(lambda: rows.update(created_by=other), because="it does not change")
    person.delete()
    version.refresh_from_db()
    assert (version.created_by, version.published_by) == (None, None)


def test_a_draft_can_be_deleted_whole(draft: RubricVersion, published: RubricVersion) -> None:
    draft.delete()
    assert set(Criterion.objects.values_list("version", flat=True)) == {published.pk}


def test_criteria_keep_their_keys_from_version_to_version(
    draft: RubricVersion, published: RubricVersion
) -> None:
    keys = [list(one.criteria.values_list("key", flat=True)) for one in (published, draft)]
    assert keys == [["used", "recent"]] * 2


def test_the_audit_log_is_only_added_to(draft: RubricVersion) -> None:
    person, other = User.objects.create(username="robin"), User.objects.create(username="mara")
    audit.record("edited", about=draft, by=person, at=AT, changes=[("note", "a", "b")])
    rows = AuditEntry.objects.filter(action="edited")
    for change in ({"reason": "x"}, {"after": "c"}, {"by": other}, {"by": None, "field": "x"}):
        refuses(partial(rows.update, **change), because="only added to")
    refuses(rows.delete, because="only added to")
    person.delete()
    assert rows.get().by is None
    assert rows.get().after == "b"


def guards() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize(
    ("app", "name", "some"),
    [
        ("rubrics", "0014_frozen_versions", {"version_is_frozen", "tier_is_frozen"}),
        ("leads", "0009_audit_stays", {"audit_entry_stays"}),
    ],
)
def test_the_guards_can_be_taken_away_and_put_back(app: str, name: str, some: set[str]) -> None:
    before = guards()
    assert some <= before
    executor = MigrationExecutor(connection)
    migration = executor.loader.get_migration(app, name)
    with connection.schema_editor(atomic=False) as editor:
        state = executor.loader.project_state(migration.dependencies)
        migration.unapply(state, editor)
        assert not some & guards()
        migration.apply(state, editor)
    assert guards() == before
