"""Fail when a Python file has outgrown a reader's patience: ``python -m tests.sizes``."""

import subprocess
import sys
from pathlib import Path

LIMIT = 400


def too_long(root: Path) -> list[str]:
    """Return the files (tracked or about to be) with more lines than the limit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    # A downloaded archive has no git: then everything outside hidden folders counts.
    found = listed.stdout.splitlines() or [
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    ]
    lines = {
        name: len((root / name).read_text().splitlines())
        for name in found
        if "/migrations/" not in name and (root / name).is_file()
    }
    return [
        f"{name}: {count} lines, {LIMIT} at most" for name, count in lines.items() if count > LIMIT
    ]


if __name__ == "__main__":
    problems = too_long(Path(__file__).resolve().parent.parent)
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    sys.exit(bool(problems))
