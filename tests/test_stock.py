"""What stock.py copies is what was written, and only where that is certain."""

from collections.abc import Callable

import pytest

from leads.models import Lead, Product
from rubrics.models import Criterion, RubricVersion
from tests.rubrics.makers import AT
from tests.rubrics.scored import publish_small
from tests.stock import written_once, written_twice

pytestmark = pytest.mark.django_db
CALLS: list[str] = []


@written_once
def make(key: str = "app") -> Product:
    CALLS.append(key)
    return Product.objects.create(key=key, name="App")


@written_once
def rename(product: Product) -> Product:
    CALLS.append("rename")
    product.name = f"{product.name} renamed"
    product.save(update_fields=["name"])
    return product


@written_once
def make_lead(about: Product) -> Lead:
    CALLS.append("lead")
    count = Lead.objects.count()
    return Lead.objects.create(name=f"After {count} others, of {about.pk}")


@written_twice
def make_often() -> Product:
    CALLS.append("often")
    return Product.objects.create(key="often", name="Often")


@pytest.mark.parametrize("turn", ["first", "second", "third"])
@pytest.mark.parametrize(
    ("what", "call", "most"),
    [(make, "app", 1), (make_often, "often", 2), (lambda: make_lead(make("owner")), "owner", 1)],
    ids=["once", "twice", "after another"],
)
def test_rows_are_written_once_and_found_each_time(
    turn: str, what: Callable[[], Product | Lead], call: str, most: int
) -> None:
    made = what()
    assert CALLS.count(call) <= most
    assert type(made).objects.get() == made
    assert type(made).objects.get().name == made.name
    made.name = "Mine"
    made.save()
    made.refresh_from_db()
    assert made.name == "Mine"


@pytest.mark.parametrize("turn", ["first", "second", "third"])
def test_a_row_that_was_there_and_changes_is_changed_each_time(turn: str) -> None:
    renamed = rename(make("renamed"))
    assert Product.objects.get().name == renamed.name == "App renamed"
    lead = make_lead(renamed)  # after what has not been kept, for a product that is there
    assert lead.name == f"After 0 others, of {Product.objects.get().pk}"


@pytest.mark.parametrize("turn", ["first", "second"])
@pytest.mark.parametrize("others", [0, 1, 2])
def test_who_wrote_something_else_first_gets_what_follows_from_it(turn: str, others: int) -> None:
    product = make("others")
    Lead.objects.bulk_create(Lead(name=f"Lead {number}") for number in range(others))
    assert make_lead(product).name == f"After {others} others, of {product.pk}"
    assert Lead.objects.count() == others + 1


@pytest.mark.parametrize("turn", range(3))
def test_arguments_count(turn: int) -> None:
    assert make("one").key == "one"
    assert make("two").key == "two"
    assert set(Product.objects.values_list("key", flat=True)) == {"one", "two"}


@pytest.mark.parametrize("turn", range(3))
def test_a_copied_version_is_published_frozen_and_can_be_written_after(turn: int) -> None:
    product = make("version")
    version = publish_small(product)
    kept = RubricVersion.objects.get()
    assert (kept.pk, kept.status, kept.published_at) == (version.pk, "published", AT)
    assert version.rubric.product == product
    assert kept.criteria.count() == 2
    with pytest.raises(Exception, match="nothing that it holds changes"):
        Criterion.objects.filter(version=kept).update(name="Other")


def test_nothing_is_left_of_the_others() -> None:
    assert not Product.objects.exists()
    assert not Lead.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_is_committed_is_written_each_time(turn: str) -> None:
    before = len(CALLS)
    make("committed")
    assert len(CALLS) == before + 1
