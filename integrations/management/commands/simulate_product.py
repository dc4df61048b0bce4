"""`manage.py simulate_product`: live traffic for the demo, through the front door."""

import secrets
import signal
from argparse import ArgumentParser
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.demo import SEED
from integrations.demo.credentials import NoCredentialsError, read_credentials
from integrations.demo.sender import Sender, WriteKeyRefusedError, run
from integrations.demo.traffic import BOARD, KIT, Traffic, Tried

# Of all events, the second product's.
KIT_SHARE = 0.2


class Command(BaseCommand):
    help = (
        "Go on with the demo's traffic: send events over HTTP as an SDK would, at a steady pace, "
        "until stopped (docs/demo.md)."
    )
    # It is a client: it needs neither the tables nor their checks.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000")
        parser.add_argument(
            "--write-key", help="Of the first product alone. Default: the demo's two keys."
        )
        parser.add_argument(
            "--rate", type=float, default=1.5, help="Events a second, of both products."
        )
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
            sent = _run_all(_keys(write_key), url, rate=rate, duration=duration, stop=stop)
        except (NoCredentialsError, WriteKeyRefusedError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{sent:,} events sent")


def _keys(write_key: str | None) -> dict[str, Tried]:
    """Which product is told of by which write key."""
    if write_key:
        return {write_key: BOARD}
    known = read_credentials()
    second = {known.kit_write_key: KIT} if known.kit_write_key else {}
    return {known.write_key: BOARD, **second}


def _run_all(
    keys: Mapping[str, Tried], url: str, *, rate: float, duration: float | None, stop: Event
) -> int:
    """Each product sends on its own; where one ends, all do. Return how many events were sent."""
    run_name = secrets.token_hex(4)
    kit_share = KIT_SHARE if len(keys) > 1 else 0.0

    def send(key: str) -> int:
        traffic = iter(Traffic(SEED, run=run_name, product=keys[key]))
        share = kit_share if keys[key] is KIT else 1 - kit_share
        try:
            return run(traffic, Sender(url, key), rate=rate * share, duration=duration, stop=stop)
        finally:
            stop.set()

    first, *others = keys
    with ThreadPoolExecutor(max(len(others), 1)) as pool:
        beside = [pool.submit(send, key) for key in others]
        # Signals wake this thread alone: it has to be one that comes round.
        sent = send(first)
        return sent + sum(one.result() for one in beside)
