#!/usr/bin/env python3
"""Plans: classifies the issue, makes a folder for the workflow and writes a plan.

python3 adw_plan_iso.py ISSUE [ADW_ID]
"""

import sys

from adw_agent import run_agent
from adw_common import Script


def work(script):
    state, notifier = script.state, script.notifier
    state.update(status="planning").save(script.name)
    with notifier.stage("plan"):
        with notifier.tool("Bash", {"command": "git worktree add trees/%s" % script.adw_id}, agent=script.name) as call:
            # Only a folder, since this example runs anywhere.
            script.worktree.mkdir(parents=True, exist_ok=True)
            call.output = "Preparing worktree"
        state.update(worktree_path=str(script.worktree))

        notifier.notify_progress(20, "Classifying the issue")
        issue_class = run_agent(script, "issue_classifier", "/classify_issue %s" % script.issue)
        script.logger.info("issue %s is a %s", script.issue, issue_class)
        branch = "feature-issue-%s-adw-%s-greet-anybody" % (script.issue, script.adw_id)
        state.update(issue_class=issue_class, branch_name=branch).save(script.name)

        notifier.notify_progress(50, "Writing the plan")
        plan_file = "specs/issue-%s-adw-%s-greet-anybody.md" % (script.issue, script.adw_id)
        run_agent(script, "sdlc_planner", "/feature %s" % plan_file)
        state.update(plan_file=plan_file, status="planned").save(script.name)


if __name__ == "__main__":
    sys.exit(Script("adw_plan_iso").run(work))
