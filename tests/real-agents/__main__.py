"""Plays real agent CLIs offline through adwatch, and compares what it says with what the fake model sent."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

import clis
import report
import sandbox
import scenarios
from facts import Row, compare
from model.server import FakeModel
from play import WAYS, Played, play, ways_of
from seen import Server

HOME = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
PORT = 4600


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make real-agents", description=__doc__)
    parser.add_argument("--adwatch", type=Path, required=True, help="the binary to try")
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("REAL_AGENTS_DIR") or HOME / "real-agents"))
    parser.add_argument("--cli", action="append", help="only these CLIs; also with a version, as in claude-2.1.332")
    parser.add_argument("--scenario", action="append", help="only these scenarios")
    parser.add_argument("--way", action="append", choices=WAYS, help="only these ways to adwatch")
    parser.add_argument("--all-rows", action="store_true", help="print what is right, too")
    parser.add_argument("--at-once", type=int, default=3, help="how many runs at a time")
    parser.add_argument("--with-network", action="store_true", help="go on where no network namespace is allowed")
    parser.add_argument("--every-hook", action="store_true", help="keep the payloads of hooks that adwatch does not install, too")
    parser.add_argument("--result", type=Path, help="write the result into this file")
    return parser.parse_args()


def wanted(asked: argparse.Namespace, folder: Path):
    """(scenario, CLI, way) of every run, and the CLIs that are missing."""
    runs, missing = [], []
    for name in clis.PACKAGES:
        found = clis.find(folder, name)
        if asked.cli:
            found = [cli for cli in found if cli.name in asked.cli or f"{cli.name}-{cli.version}" in asked.cli]
        if not found and (not asked.cli or name in asked.cli):
            missing.append(name)
        for cli in found:
            for scenario in scenarios.ALL:
                if scenario.cli == name and scenario.suits(cli.version) and (not asked.scenario or scenario.name in asked.scenario):
                    ways = [way for way in ways_of(scenario) if not asked.way or way in asked.way]
                    runs += [(scenario, cli, way) for way in ways]
    return runs, missing


def main() -> int:
    asked = arguments()
    adwatch = asked.adwatch.resolve()
    if not os.access(adwatch, os.X_OK):
        sandbox.fail(f"{adwatch} is no program; build it, or say ADWATCH=path")
    network = sandbox.go_offline(asked.with_network)
    runs, missing = wanted(asked, asked.folder.resolve() / "clis")
    began = datetime.datetime.now()
    root = asked.folder.resolve() / "out" / began.strftime("%Y-%m-%d-%H%M%S")
    place = sandbox.Place(root, adwatch, PORT, asked.every_hook)
    model, server = FakeModel(place.saved), Server(place)
    print(f"{len(runs)} runs, {network}; everything is kept in {root}", flush=True)

    def one(run) -> list[Row]:
        scenario, cli, way = run
        try:
            played: Played = play(scenario, cli, way, place, model, server)
            rows = compare(played)
        except Exception:
            (root / "faults.txt").open("a").write(f"{scenario.name} {cli.label} {way}\n{traceback.format_exc()}\n")
            rows = [Row(scenario.name, cli.label, way, "(the harness itself)", "no fault", "see faults.txt")]
        print(report.progress(scenario.name, cli.label, way, rows), flush=True)
        return rows

    with ThreadPoolExecutor(asked.at_once) as pool:
        rows = [row for found in pool.map(one, runs) for row in found]
    server.stop()
    result = report.Result(began, clis.adwatch_version(adwatch), network, rows, missing)
    (root / "table.md").write_text(result.table(all_rows=True))
    print(result.table(asked.all_rows))
    print(result.summary())
    if asked.result:
        asked.result.write_text(result.document())
    return 0 if result.is_right else 1


if __name__ == "__main__":
    sys.exit(main())
