#!/usr/bin/env python3
"""Builds: has an agent implement the plan, and notes what changed.

python3 adw_build_iso.py ISSUE ADW_ID
"""

import sys

from adw_agent import run_agent
from adw_common import Script


def work(script):
    state, notifier = script.state, script.notifier
    plan_file = state.get("plan_file")
    if plan_file is None:
        raise LookupError("there is no plan; run adw_plan_iso.py first")
    state.update(status="building").save(script.name)
    with notifier.stage("build"):
        result = run_agent(script, "sdlc_implementor", "/implement %s" % plan_file)
        script.logger.info("The implementor says:\n%s", result)

        # The agents' own file changes are reported by their streams; this one is the script's.
        notes = script.worktree / "CHANGES.md"
        line = "- %s\n" % result
        notes.write_text(line)
        notifier.send_file_operation(notes, "create", "+" + line, lines_added=1, lines_removed=0, agent=script.name)
        state.update(status="built").save(script.name)


if __name__ == "__main__":
    sys.exit(Script("adw_build_iso").run(work))
