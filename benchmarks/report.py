"""Write the figures kept by the benchmarks into docs/benchmarks.md, between its two marks."""

import json
from pathlib import Path
from typing import Any

from benchmarks.results import FOLDER, ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
ORDER = ("ingest", "latency", "queue", "engine", "engine_large", "growth")
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
VERDICT = {True: "met", False: "**missed**", None: ""}


def main() -> None:
    kept = [json.loads(path.read_text()) for name in ORDER if (path := _path(name)).is_file()]
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    figures = "\n\n".join(_table(content) for content in kept)
    PAGE.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}")
    print(f"{PAGE.relative_to(ROOT)}: {len(kept)} of {len(ORDER)} benchmarks")


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
