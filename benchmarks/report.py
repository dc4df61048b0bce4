"""Write the figures kept by the benchmarks into docs/benchmarks.md, between its two marks.

A table whose benchmark was not run here stays as it was, with its date.
"""

import json
from pathlib import Path
from typing import Any

from benchmarks.results import FOLDER, ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
ORDER = (
    "ingest",
    "latency",
    "alerts",
    "queue",
    "engine",
    "engine_large",
    "phases",
    "growth",
    "publish",
    "preview",
    "jobs",
    "catalogue",
)
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
VERDICT = {True: "met", False: "**missed**", None: ""}


def main() -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    figures, _, after = rest.partition(END)
    tables = _tables(figures)
    ran = [name for name in ORDER if _path(name).is_file()]
    tables.update({name: _table(json.loads(_path(name).read_text())) for name in ran})
    body = "\n\n".join(f"{_mark(name)}\n{tables[name]}" for name in ORDER if name in tables)
    PAGE.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}")
    print(f"{PAGE.relative_to(ROOT)}: {len(ran)} of {len(ORDER)} benchmarks")


def _tables(figures: str) -> dict[str, str]:
    """The tables that stand in the page, by the benchmark's name."""
    places = {name: figures.find(_mark(name)) for name in ORDER}
    found = sorted((place, name) for name, place in places.items() if place >= 0)
    ends = [place for place, _ in found[1:]] + [len(figures)]
    return {
        name: figures[place + len(_mark(name)) : end].strip()
        for (place, name), end in zip(found, ends, strict=True)
    }


def _mark(name: str) -> str:
    return f"<!-- {name} -->"


def _path(name: str) -> Path:
    return FOLDER / f"{name}.json"


def _table(content: dict[str, Any]) -> str:
    machine = content["machine"]
    rows = [
        f"| {row['what']} | {row['figure']} | {row['goal']} | {VERDICT[row['is_met']]} |"
        for row in content["rows"]
    ]
    return "\n".join(
        [
            f"### {content['title']}",
            "",
            f"{content['measured_at'][:10]}, {machine['size']}, load {machine['load']} at the end;"
            f" PostgreSQL {machine['postgres']}, Python {machine['python']},"
            f" Django {machine['django']}, psycopg {machine['psycopg']}.",
            *(f"{note}" for note in content["notes"]),
            "",
            "| What | Figure | Goal | |",
            "| --- | ---: | ---: | --- |",
            *rows,
        ]
    )


if __name__ == "__main__":
    main()
