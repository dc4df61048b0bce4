"""Run the benchmarks one after another, and write their tables into docs/benchmarks.md.

    python -m benchmarks                     all but the large one
    python -m benchmarks engine growth       these
    python -m benchmarks engine-large        a million leads

One that fails does not keep the others from running; at the end it is said how long each took.
"""

import argparse
import subprocess
import sys
import time

LARGE = "1000000"
COMMANDS = {
    # What suffers most from a machine that is not idle comes first.
    "latency": ("latency",),
    "alerts": ("alerts",),
    "queue": ("queue",),
    "ingest": ("ingest",),
    "engine": ("engine",),
    "phases": ("phases",),
    "preview": ("preview",),
    "publish": ("publish",),
    "jobs": ("jobs",),
    "growth": ("growth",),
    "catalogue": ("catalogue",),
    "engine-large": ("engine", "--leads", LARGE),
}
ALL = [name for name in COMMANDS if name != "engine-large"]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(COMMANDS))
    names = parser.parse_args().names or ALL
    if unknown := [name for name in names if name not in COMMANDS]:
        parser.error(f"no benchmark {unknown[0]}; there are {', '.join(COMMANDS)}")
    took = [(name, *_run(name)) for name in names]
    subprocess.run([sys.executable, "-m", "benchmarks.report"], check=True)
    for name, seconds, is_done in took:
        print(f"{name:14} {seconds / 60:5.1f} min{'' if is_done else '  FAILED'}")
    return 0 if all(is_done for _, _, is_done in took) else 1


def _run(name: str) -> tuple[float, bool]:
    """Run one in a process of its own: the seconds it took, and whether it went to its end."""
    module, *options = COMMANDS[name]
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{module}", *options], check=False)
    return time.monotonic() - started, done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
