"""`manage.py create_workspace`: a new installation, ready to take events, without the demo."""

import os
import secrets
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.text import slugify

from leads.models import Product, Source
from leads.partitions import ensure_event_partitions
from leads.services import create_source
from rubrics.models import Rubric
from rubrics.presets import load_preset
from rubrics.publishing import publish_now
from rubrics.services import load_rubric

PASSWORD_VARIABLE = "RIPELINE_ADMIN_PASSWORD"  # noqa: S105 - a name, not a password


class Command(BaseCommand):
    help = (
        "Set up a new installation: its tables, an administrator, a product scored by the standard "
        "rubric, and a source to send its events to. Prints the write key once. Run it again and "
        f"it makes what is missing only. The password comes from {PASSWORD_VARIABLE}, from "
        "standard input, or from a prompt; else one is made up and printed once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="The product's name, e.g. 'Acme App'.")
        parser.add_argument("--admin-email", required=True, help="Also the user name.")
        parser.add_argument(
            "--preset", default="standard", help="The rubric to start with: docs/presets.md."
        )
        parser.add_argument(
            "--password-stdin", action="store_true", help="Read the password from standard input."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if _lacks_tables():
            self.stdout.write("Setting up the tables ...")
            call_command("migrate", interactive=False, verbosity=0)
        with transaction.atomic():
            self._create(
                name=options["name"],
                admin_email=options["admin_email"],
                preset=options["preset"],
                password_stdin=options["password_stdin"],
            )

    def _create(self, *, name: str, admin_email: str, preset: str, password_stdin: bool) -> None:
        at = timezone.now()
        ensure_event_partitions(at)
        self._create_admin(admin_email.strip().lower(), password_stdin)
        key = slugify(name)[:60]
        if not key:
            raise CommandError("--name needs a letter or a digit")
        product, _ = Product.objects.get_or_create(key=key, defaults={"name": name})
        if not Rubric.objects.filter(product=product).exists():
            try:
                document = load_preset(preset)
            except ValueError as error:
                raise CommandError(str(error)) from error
            version = load_rubric(document, product=product, by=None, at=at)
            publish_now(version, by=None, at=at)
            self.stdout.write(f"Published the rubric {version}")
            self.stdout.write(
                "Which rubric fits you? The set-up guide in the admin asks and tells."
            )
        if not Source.objects.filter(product=product).exists():
            source, write_key = create_source(name=name, product=product)
            self.stdout.write(f"Source {source}, write key (shown once): {write_key}")

    def _create_admin(self, email: str, password_stdin: bool) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is no e-mail address") from error
        user, is_new = User.objects.get_or_create(
            username=email, defaults={"email": email, "is_staff": True, "is_superuser": True}
        )
        user.groups.add(*Group.objects.filter(name="RevOps"))
        if not is_new:
            return
        password = chosen_password(password_stdin)
        if password:
            try:
                validate_password(password, user)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
        else:
            password = secrets.token_urlsafe(12)
            self.stdout.write(f"Password of {email} (shown once): {password}")
        user.set_password(password)
        user.save(update_fields=["password"])


def _lacks_tables() -> bool:
    """Whether a migration waits: in a new database all do."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def chosen_password(password_stdin: bool) -> str:
    """Return the password somebody chose, or '' to have one made up."""
    if password_stdin:
        return sys.stdin.readline().rstrip("\n")
    if PASSWORD_VARIABLE in os.environ:
        return os.environ[PASSWORD_VARIABLE]
    if not sys.stdin.isatty():
        return ""
    password = getpass("Password for the administrator (empty: make one up): ")
    if password and getpass("Once more: ") != password:
        raise CommandError("The two passwords differ")
    return password
