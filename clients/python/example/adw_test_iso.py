#!/usr/bin/env python3
"""Tests: has an agent test what was built; fails if they do not pass.

python3 adw_test_iso.py ISSUE ADW_ID
"""

import json
import sys

from adw_agent import run_agent
from adw_common import Script


def work(script):
    state, notifier = script.state, script.notifier
    state.update(status="testing").save(script.name)
    with notifier.stage("test"):
        result = json.loads(run_agent(script, "test_runner", "/test"))
        notifier.send_agent_log_entry("tests %s" % result, "SUCCESS" if result["passed"] else "ERROR", agent=script.name)
        if not result["passed"]:
            raise AssertionError("the tests do not pass")
        state.update(status="tested").save(script.name)


if __name__ == "__main__":
    sys.exit(Script("adw_test_iso").run(work))
