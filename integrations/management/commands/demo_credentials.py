"""`manage.py demo_credentials`: how to get into the demo."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.demo.credentials import NoCredentialsError, read_credentials


class Command(BaseCommand):
    help = "Print the demo's sign-ins, API token and write key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object only.")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        try:
            credentials = read_credentials()
        except NoCredentialsError as error:
            raise CommandError(str(error)) from error
        if json:
            self.stdout.write(credentials.as_json())
            return
        for entry in credentials.signins:
            self.stdout.write(f"{entry.role:<8} {entry.username:<8} {entry.password}")
        self.stdout.write(f"API token  {credentials.api_token}")
        self.stdout.write(f"write key  {credentials.write_key}")
