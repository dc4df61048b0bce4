"""`manage.py load_demo`: a workspace full of made-up people, to look around in."""

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from integrations.demo import workspace


class Command(BaseCommand):
    help = (
        "Fill the workspace with an invented company's trial users and ninety days of their "
        "behavior, marked synthetic. Does nothing where that is done (docs/demo.md)."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not workspace.is_loaded():
            started = time.perf_counter()
            workspace.load_demo(at=timezone.now())
            self.stdout.write(f"Demo loaded in {time.perf_counter() - started:.1f} s.")
        elif not workspace.has_credentials():
            workspace.renew_credentials(at=timezone.now())
            self.stdout.write("New demo passwords and keys: manage.py demo_credentials")
