"""What people see: lifecycle lines while starting, and one screen once everything is up."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table


class Screen:
    """Writes to the terminal; plain text where there is none."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        self.console.print(f"  {text}", markup=False)

    def fail(self, text: str) -> None:
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            f"[bold red]Cannot start:[/] {escape(text)}"
        )

    def show_ready(self, url: str, logs: Path, credentials: Any) -> None:
        """Say where it is, how to get in and how to stop it."""
        table = Table.grid(padding=(0, 3))
        table.add_row("[bold]Open[/]", f"[bold cyan link={url}]{url}[/]")
        for row in _sign_ins(credentials):
            table.add_row(*row)
        table.add_row("[bold]Logs[/]", escape(str(logs)))
        table.add_row("[bold]Stop[/]", "Ctrl-C")
        width = max(self.console.width, 60) if self.console.is_terminal else 100
        self.console.print(
            Panel.fit(table, title="Ripeline is running", border_style="green", padding=(1, 2)),
            width=width,
        )


def _sign_ins(credentials: Any) -> list[tuple[str, str]]:
    """Turn the demo's credentials into rows; anything unexpected is left out, not fatal."""
    rows = []
    found = credentials if isinstance(credentials, dict) else {}
    for entry in found.get("signins") or []:
        role, username, password = (
            escape(str(entry.get(key, ""))) for key in ("role", "username", "password")
        )
        rows.append((f"[bold]Sign in[/] as {role}", f"{username}  /  {password}"))
    for key, label in (("api_token", "API token"), ("write_key", "Write key")):
        if found.get(key):
            rows.append((f"[bold]{label}[/]", escape(str(found[key]))))
    return rows
