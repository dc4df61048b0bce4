"""The launcher: ``python -m config.launch run`` and ``python -m config.launch exec -- CMD``.

``run`` is what ``make run`` starts. ``exec`` runs any one command with a database and Redis at
hand. Both bring PostgreSQL and Redis along unless DATABASE_URL and REDIS_URL are set.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import environ

from config.embedded import command, home
from config.embedded.errors import LaunchError
from config.embedded.run import Options, Run
from config.embedded.screen import Screen

DEFAULT_PORT = 8000


def main(argv: Sequence[str] | None = None) -> int:
    """Run the launcher; expected failures are one line and exit code 1."""
    arguments = _parser().parse_args(argv)
    if (home.BASE_DIR / ".env").is_file():  # the settings read it too; the real environment wins
        environ.Env.read_env(home.BASE_DIR / ".env")
    try:
        if arguments.action == "run":
            return Run(_options(arguments)).execute()
        words = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
        if not words:
            raise LaunchError("name a command: python -m config.launch exec -- COMMAND ...")
        return command.execute(home.data_dir(arguments.data_dir), words)
    except LaunchError as error:
        Screen().fail(str(error))
    except PermissionError as error:
        Screen().fail(
            f"no right to use {error.filename}. Another user made it (root, perhaps): start as "
            "that user, give it to yourself with chown, or set DATA_DIR."
        )
    except OSError as error:  # a full disk, a lost mount
        Screen().fail(f"{error.strerror or error} ({error.filename or 'no file named'}).")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m config.launch", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    run = actions.add_parser("run", help="start everything and stay until Ctrl-C")
    run.add_argument("--data-dir", help="data folder (default: DATA_DIR or .data)")
    run.add_argument("--port", help="web port (default: PORT or 8000; 0 chooses a free one)")
    run.add_argument("--no-demo", action="store_true", help="start with an empty workspace")
    run.add_argument("--dataset", help="load the data set in this folder instead of the demo")
    run.add_argument("--rubric", default="", help="score the data set by this file or preset")
    execute = actions.add_parser("exec", help="run one command with database and Redis at hand")
    execute.add_argument("--data-dir", help="data folder (default: DATA_DIR or .data)")
    execute.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    return parser


def _options(arguments: argparse.Namespace) -> Options:
    root = home.data_dir(arguments.data_dir)
    dataset = None
    if arguments.dataset:
        dataset = Path(arguments.dataset).expanduser().absolute()
        if not dataset.is_dir():
            raise LaunchError(f"{dataset} is not a folder; DATA names the folder of a data set.")
        if not arguments.data_dir:
            root = root / f"dataset-{dataset.name}"  # so that demo and data sets can all be had
    return Options(
        root=root,
        port=_port(arguments.port or os.environ.get("PORT") or str(DEFAULT_PORT)),
        has_demo=not arguments.no_demo and dataset is None,
        dataset=dataset,
        rubric=arguments.rubric,
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise LaunchError(f"PORT is '{text}'; it has to be a number up to 65535.")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
