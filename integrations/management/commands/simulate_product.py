"""`manage.py simulate_product`: live traffic for the demo, through the front door."""

import secrets
import signal
from argparse import ArgumentParser
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.demo import SEED
from integrations.demo.credentials import NoCredentialsError, read_credentials
from integrations.demo.sender import Sender, WriteKeyRefusedError, run
from integrations.demo.traffic import Traffic


class Command(BaseCommand):
    help = (
        "Go on with the demo's traffic: send events over HTTP as an SDK would, at a steady pace, "
        "until stopped (docs/demo.md)."
    )
    # It is a client: it needs neither the tables nor their checks.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000")
        parser.add_argument("--write-key", help="Default: the demo's, from its credentials.")
        parser.add_argument("--rate", type=float, default=1.5, help="Events a second.")
        parser.add_argument("--duration", type=float, help="Seconds; default: until stopped.")

    def handle(
        self,
        *args: Any,
        url: str,
        write_key: str | None,
        rate: float,
        duration: float | None,
        **options: Any,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise CommandError(f"{url!r} is no web address; write http://host:port")
        if rate <= 0:
            raise CommandError("--rate is a number above 0")
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        try:
            sender = Sender(url, write_key or read_credentials().write_key)
            traffic = iter(Traffic(SEED, run=secrets.token_hex(4)))
            sent = run(traffic, sender, rate=rate, duration=duration, stop=stop)
        except (NoCredentialsError, WriteKeyRefusedError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{sent:,} events sent")
