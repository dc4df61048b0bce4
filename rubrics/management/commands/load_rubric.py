"""`manage.py load_rubric`: a preset or a rubric file becomes a version of a product."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from leads.models import Product, Signal
from rubrics.errors import VersionNotPublishable
from rubrics.files import read_file
from rubrics.importing import import_rubric, plan_import
from rubrics.measures import SpecError
from rubrics.models import Rubric
from rubrics.presets import preset_names
from rubrics.publishing import finish_now, publish_version


class Command(BaseCommand):
    help = (
        "Make a draft for a product from a rubric file or a shipped preset (docs/presets.md), with "
        "the signals it needs. Signals that the product has stay as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "rubric",
            metavar="FILE_OR_PRESET",
            help=f"A .yaml file, or one of {', '.join(preset_names())}.",
        )
        parser.add_argument("--product", required=True, metavar="KEY", help="The product's key.")
        parser.add_argument(
            "--into",
            metavar="RUBRIC",
            help="Key of the product's rubric that gets the new version; default: the file's own.",
        )
        parser.add_argument("--publish", action="store_true", help="Score by it from now on.")

    def handle(
        self,
        *args: Any,
        rubric: str,
        product: str,
        into: str | None,
        publish: bool,
        **options: Any,
    ) -> None:
        at = timezone.now()
        owner = _product(product)
        before = Signal.objects.filter(product=owner).count()
        try:
            file = read_file(rubric)
            target = None if into is None else _named(into, owner)
            doubts = plan_import(file, product=owner, into=target).doubts
            with transaction.atomic():  # one that is refused leaves no draft behind
                version = import_rubric(file, product=owner, into=target, by=None, at=at)
                publication = publish_version(version, by=None, at=at) if publish else None
            if publication is not None:
                version = finish_now(publication, at=at)
        except (SpecError, VersionNotPublishable) as error:
            raise CommandError(str(error)) from error
        for doubt in doubts:
            self.stderr.write(f"Note: criteria.{doubt.key}.key {doubt.problem}.")
        self.stdout.write(f"{version}: {version.get_status_display().lower()}")
        if made := Signal.objects.filter(product=owner).count() - before:
            self.stdout.write(
                f"{made} new signals count events from now on; the signal's page in the admin"
                " applies them to past ones"
            )


def _product(key: str) -> Product:
    product = Product.objects.filter(key=key).first()
    if product is None:
        known = ", ".join(Product.objects.order_by("key").values_list("key", flat=True))
        raise CommandError(f"No product {key!r}; there are: {known or 'none'}")
    return product


def _named(key: str, product: Product) -> Rubric:
    """The product's rubric of that key."""
    rubric = Rubric.objects.filter(product=product, key=key).first()
    if rubric is None:
        known = ", ".join(product.rubrics.order_by("key").values_list("key", flat=True))
        raise CommandError(f"{product} has no rubric {key!r}; there are: {known or 'none'}")
    return rubric
