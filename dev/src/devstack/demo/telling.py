"""What the demonstration prints: what it does, and tables that a person wants to read."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table


class Story:
    """Tells the journey on a console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def chapter(self, letter: str, title: str) -> None:
        """Begin a part."""
        self._console.print(f"\n[bold green]({letter})[/bold green] [bold]{title}[/bold]")

    def tell(self, text: str) -> None:
        """One sentence of what was done."""
        self._console.print(f"    {text}", markup=False, highlight=False)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table."""
        drawn = Table(title=title, title_justify="left", title_style="italic")
        for column in columns:
            drawn.add_column(column, overflow="fold")  # a code cut short is none
        for row in rows:
            drawn.add_row(*(str(cell) for cell in row))
        self._console.print(drawn)
