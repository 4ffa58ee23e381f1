#!/usr/bin/env python3
"""The whole workflow: plan, build and test, each as a process of its own, with one adw_id.

python3 adw_sdlc_iso.py ISSUE [ADW_ID]
"""

import pathlib
import subprocess
import sys

from adw_common import Script

SCRIPTS = ["adw_plan_iso", "adw_build_iso", "adw_test_iso"]


def work(script):
    print("ADW ID: %s" % script.adw_id, flush=True)
    script.state.save(script.name)
    for number, name in enumerate(SCRIPTS):
        script.notifier.notify_progress(100 * number // len(SCRIPTS), name)
        path = pathlib.Path(__file__).resolve().parent / (name + ".py")
        code = subprocess.run([sys.executable, str(path), script.issue, script.adw_id]).returncode
        if code:
            raise RuntimeError("%s ended with code %d" % (name, code))
    script.state.update(status="completed").save(script.name)


if __name__ == "__main__":
    sys.exit(Script("adw_sdlc_iso").run(work))
