"""`manage.py rubric_schema`: the JSON Schema of rubric files."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from rubrics.files import schema_url
from rubrics.schema import rubric_schema


class Command(BaseCommand):
    help = "Print the JSON Schema (draft 2020-12) of rubric files, for editors and checks."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(rubric_schema(schema_url()), indent=2, ensure_ascii=False))
