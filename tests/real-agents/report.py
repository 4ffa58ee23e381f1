"""The tables that are printed and kept."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from clis import PACKAGES
from facts import Row

HEAD = "| scenario | cli | way | what | truth | seen | ok |\n|---|---|---|---|---|---|---|\n"


def progress(scenario: str, cli: str, way: str, rows: list[Row]) -> str:
    wrong = [row.what for row in rows if not row.ok]
    return f"{'ok  ' if not wrong else 'WRONG'} {cli:17} {scenario:17} {way:12} {len(rows)} facts" + (
        f", not right: {', '.join(wrong)}" if wrong else ""
    )


def _cell(value) -> str:
    text = ", ".join(map(str, value)) or "none" if isinstance(value, (list, tuple)) else str(value)
    text = text.replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= 160 else text[:159] + "…"


@dataclass
class Result:
    began: datetime.datetime
    adwatch: str
    network: str
    rows: list[Row]
    missing: list[str]

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if not row.ok]

    @property
    def is_right(self) -> bool:
        return bool(self.rows) and not self.wrong

    def runs(self) -> dict[tuple[str, str, str], list[Row]]:
        found: dict[tuple[str, str, str], list[Row]] = {}
        for row in self.rows:
            found.setdefault((row.scenario, row.cli, row.way), []).append(row)
        return found

    def table(self, all_rows: bool = False) -> str:
        """Every fact, or one line for the facts of a run that are right and one for each that is not."""
        lines = []
        for (scenario, cli, way), rows in self.runs().items():
            right = [row for row in rows if row.ok]
            if all_rows:
                shown = rows
            else:
                count = f"{len(right)} facts"
                shown = [Row(scenario, cli, way, "what was sent", count, count)] if right else []
                shown += [row for row in rows if not row.ok]
            for row in shown:
                cells = (scenario, cli, way, row.what, row.truth, row.seen, "yes" if row.ok else "**NO**")
                lines.append("| " + " | ".join(map(_cell, cells)) + " |")
        return HEAD + "\n".join(lines) + "\n"

    def summary(self) -> str:
        runs = self.runs()
        bad = sum(any(not row.ok for row in rows) for rows in runs.values())
        text = f"{len(runs)} runs, {len(self.rows)} facts: {len(self.wrong)} differences in {bad} runs"
        for name in self.missing:
            text += f"\nskipped: {name} is not installed ({PACKAGES[name]})"
        return text

    def document(self) -> str:
        versions = ", ".join(sorted({row.cli for row in self.rows}))
        return (
            "# The last result of `make real-agents`\n\n"
            f"Played on {self.began:%Y-%m-%d} with adwatch {self.adwatch}; {versions}; {self.network}.\n\n"
            f"{self.summary()}\n\n{self.table()}"
        )
