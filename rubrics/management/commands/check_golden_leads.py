"""Score golden leads through the real engine and say which came out as expected."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from rubrics.golden import run_golden_file
from rubrics.measures import SpecError
from rubrics.presets import read_yaml


class Command(BaseCommand):
    help = "Score golden leads (YAML) through the real engine; exit 1 if any differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        passed = failed = 0
        for path in files:
            for result in self._results(path):
                if result.differences:
                    failed += 1
                    self.stdout.write(f"FAIL  {result.name}: {'; '.join(result.differences)}")
                else:
                    passed += 1
                    self.stdout.write(f"pass  {result.name}")
        self.stdout.write(f"{passed} passed, {failed} failed")
        if failed:
            raise SystemExit(1)

    def _results(self, path: Path) -> Any:
        try:
            document = read_yaml(path)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise CommandError(f"{path}: cannot be read as YAML: {error}") from error
        if not isinstance(document, dict):
            raise CommandError(f"{path}: is no golden file: it should have `rubric:` and `cases:`")
        try:
            yield from run_golden_file(document)
        except SpecError as error:
            raise CommandError(f"{path}: {error}") from error
