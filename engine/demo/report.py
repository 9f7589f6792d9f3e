"""What the demo tells: progress while it runs, then each ticket with its steps, then the table of outcomes."""

import sys
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from engine.demo.stack import Stack
from engine.demo.tickets import Outcome, Played
from engine.runtime.ring import workflow_id
from engine.store import Store

__all__ = ["Report"]


class Report:
    """Rich on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)
        self._status = self.console.status("") if self.console.is_terminal else None
        if self._status:
            self._status.start()

    def progress(self, text: str) -> None:
        """What is being done now."""
        if self._status:
            self._status.update(text)
        else:
            self.line(text)

    def line(self, text: str = "") -> None:
        """One plain line; nothing in it is markup."""
        self.console.print(text, markup=False)

    def done(self) -> None:
        """No more progress."""
        if self._status:
            self._status.stop()

    def ticket(self, played: Played, store: Store, stack: Stack, results: list[Outcome]) -> None:
        """A ticket's conversation, its steps with the line each came from, and where to look at it."""
        row = store.tickets.find("zendesk", str(played.number))
        self.line(f"\n── {played.script.name} " + "─" * max(2, 70 - len(played.script.name)))
        for said in store.messages.conversation(row.id) if row else ():
            who = "customer" if said.who == "customer" else said.who
            self.line(f"  {who:>8}: " + (said.text or "").replace("\n", "\n            "))
        for step in store.steps.of(row.id) if row else ():
            because = f" ({step.because})" if step.because else ""
            self.line(f"    {step.place or '':<28} {step.kind:<9} {step.node:<44} {step.outcome}{because}")
        if row:
            path = quote(workflow_id(row), safe="")
            took = (row.updated_at - row.created_at).total_seconds()
            self.line(f"  {row.state}, {row.outcome or row.escalated} · {row.revision} · {took:.1f} s")
            self.line(f"  {stack.server.ui}/namespaces/default/workflows/{path}")
        for text, holds in results:
            if not holds:
                self.line(f"  NOT SO: {text}")

    def table(self, played: list[Played], results: list[list[Outcome]], took: float) -> bool:
        """The table of outcomes; whether all of them hold."""
        table = Table(show_edge=False)
        for title in ("ticket", "what was looked at, outside the engine's own word", "holds"):
            table.add_column(title)
        for one, outcomes in zip(played, results, strict=True):
            for number, (text, holds) in enumerate(outcomes):
                table.add_row(one.script.name if number == 0 else "", text, "yes" if holds else "NO")
        self.line()
        self.console.print(table)
        held = sum(holds for outcomes in results for _, holds in outcomes)
        total = sum(len(outcomes) for outcomes in results)
        self.line(f"\n{held} of {total} outcomes hold, in {took:.1f} s")
        sys.stdout.flush()
        return held == total

    def failed(self, error: Any) -> None:
        """Something did not even start."""
        self.done()
        self.line(f"the demo could not run: {error}")
