"""What every script of this example needs: its arguments, its log, the state of the workflow, and the notifier."""

import logging
import pathlib
import sys
import uuid

# Here the module is one folder up. In your own project, install it or copy it next to your scripts.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from adwatch import AdwLogHandler, AdwState, Notifier  # noqa: E402

#: Where the workflow runs; agents/ and trees/ are below it.
PROJECT = pathlib.Path.cwd()


class Script:
    """One script of a workflow: `script.py ISSUE [ADW_ID]`."""

    def __init__(self, name):
        if len(sys.argv) < 2:
            sys.exit("usage: %s.py ISSUE [ADW_ID]" % name)
        self.name = name
        self.issue = sys.argv[1]
        self.adw_id = sys.argv[2] if len(sys.argv) > 2 else uuid.uuid4().hex[:8]
        self.folder = PROJECT / "agents" / self.adw_id
        self.notifier = Notifier(self.adw_id, workflow_name=name)
        self.logger = self._logger()
        self.state = AdwState.load(self.adw_id, self.logger, PROJECT / "agents", self.notifier)
        if self.state is None:
            self.state = AdwState(self.adw_id, PROJECT / "agents", self.notifier)
        self.state.update(issue_number=self.issue)
        self.state.append_adw_id(name)

    @property
    def worktree(self):
        """The folder that this workflow's agents work in, apart from all others."""
        return PROJECT / "trees" / self.adw_id

    def _logger(self):
        """The script's own log goes to a file that adwatch reads. Log entries of modules go to no file, so they are sent."""
        file = self.folder / self.name / "execution.log"
        file.parent.mkdir(parents=True, exist_ok=True)
        to_file = logging.FileHandler(file, encoding="utf-8")
        to_file.setFormatter(logging.Formatter("%(asctime)s - %(levelname)s - %(message)s", "%Y-%m-%d %H:%M:%S"))
        logger = logging.getLogger("adw")
        logger.addHandler(to_file)
        modules = logging.getLogger("adw_modules")
        modules.addHandler(AdwLogHandler(self.notifier, agent=self.name))
        for each in (logger, modules):
            each.setLevel(logging.DEBUG)
            each.propagate = False
        return logger

    def run(self, work):
        """Runs the script's work and reports how it starts and ends; returns the exit code."""
        self.logger.info("ADW ID: %s", self.adw_id)
        self.notifier.notify_start(message="issue %s" % self.issue)
        try:
            work(self)
        except Exception as error:
            self.logger.exception("%s failed", self.name)
            self.state.update(status="failed").save(self.name)
            self.notifier.notify_error(self.name, error)
            return 1
        self.logger.info("%s is done", self.name)
        self.notifier.notify_complete()
        return 0
