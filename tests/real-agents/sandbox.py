"""Where the CLIs run: folders of their own, an empty home, made-up keys, and a network with nothing but loopback."""

from __future__ import annotations

import array
import fcntl
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

#: Set in the process that runs inside the namespace.
INSIDE = "REAL_AGENTS_INSIDE"
#: Claude Code's hooks, but for WorktreeCreate, which would have to do the work itself.
EVENTS = (
    "PreToolUse PostToolUse PostToolUseFailure PostToolBatch Notification UserPromptSubmit UserPromptExpansion SessionStart "
    "SessionEnd Stop StopFailure SubagentStart SubagentStop PreCompact PostCompact PreModelSwitch PostModelSwitch "
    "PermissionRequest PermissionDenied Setup TeammateIdle TaskCreated TaskCompleted Elicitation ElicitationResult "
    "ConfigChange WorktreeRemove InstructionsLoaded CwdChanged FileChanged DirectoryAdded MessageDisplay"
).split()
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def go_offline(insist: bool) -> str:
    """Runs this program again where only loopback exists, and never returns; says why not, if that is not allowed."""
    if os.environ.get(INSIDE):
        loopback_up()
        others = [name for _, name in socket.if_nameindex() if name != "lo"]
        return "loopback only" if not others else fail(f"not alone in this network namespace: {others}")
    unshare = shutil.which("unshare")
    options = ["--net"] if os.geteuid() == 0 else ["--net", "--map-root-user"]
    if unshare and subprocess.run([unshare, *options, "true"], capture_output=True).returncode == 0:
        os.environ[INSIDE] = "1"
        os.execv(unshare, [unshare, *options, sys.executable, *sys.argv])
    if not insist:
        fail(
            "`unshare --net` is not allowed here, so the CLIs could reach the network (their keys are made up, and their\n"
            "addresses point at loopback, but what else they call is up to them). Add --with-network if you accept that."
        )
    return "NOT isolated: the CLIs could reach the network"


def fail(why: str):
    raise SystemExit(f"real-agents: {why}")


def loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = array.array("b", struct.pack("16sh14x", b"lo", 0))
        fcntl.ioctl(control, SIOCGIFFLAGS, request)
        (flags,) = struct.unpack_from("h", request, 16)
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


class Place:
    """All folders of one call of this program, below one that is kept so that others can look at it."""

    def __init__(self, root: Path, adwatch: Path, port: int, every_hook: bool):
        self.root, self.adwatch, self.every_hook = root, adwatch, every_hook
        self.url = f"http://127.0.0.1:{port}"
        self.agents, self.saved, self.tools = root / "agents", root / "runs", root / "bin"
        for folder in (self.agents, self.saved, self.tools, root / "spool"):
            folder.mkdir(parents=True, exist_ok=True)
        self._wrap_adwatch()

    def _wrap_adwatch(self) -> None:
        """What the CLIs find as `adwatch`: the real one, but a hook's payload is kept as well."""
        wrapper = self.tools / "adwatch"
        wrapper.write_text(
            "#!/bin/sh\n"
            'if [ "$1" = hook ] && [ $# = 1 ] && [ -n "$REAL_AGENTS_HOOKS" ]; then\n'
            '    kept=$(mktemp "$REAL_AGENTS_HOOKS/$(date +%s.%N)-XXXXXX")\n'
            '    cat >"$kept"\n'
            f'    exec "{self.adwatch}" hook <"$kept"\n'
            "fi\n"
            f'exec "{self.adwatch}" "$@"\n'
        )
        wrapper.chmod(0o755)

    def of_run(self, run: str) -> RunPlace:
        return RunPlace(self, run)


class RunPlace:
    """The folders and the environment of one run."""

    def __init__(self, place: Place, run: str):
        self.place, self.run = place, run
        self.saved = place.saved / run
        self.project, self.home, self.hooks = self.saved / "project", self.saved / "home", self.saved / "hooks"
        for folder in (self.project / "src", self.home, self.hooks, self.saved / "tmp"):
            folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "init", "-q", str(self.project)], check=True, env=self.environment())

    def environment(self, **more: str) -> dict[str, str]:
        node = shutil.which("node")
        path = [str(self.place.tools), *([str(Path(node).parent)] if node else []), "/usr/local/bin", "/usr/bin", "/bin"]
        return {
            "PATH": ":".join(path),
            "HOME": str(self.home),
            "TMPDIR": str(self.saved / "tmp"),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "ADWATCH_URL": self.place.url,
            "ADWATCH_SPOOL": str(self.place.root / "spool"),
            "REAL_AGENTS_HOOKS": str(self.hooks),
        } | more

    def install_hooks(self, environment: dict[str, str]) -> None:
        """As a user does it; then the wrapper is put in front of what was installed."""
        adwatch, wrapper = str(self.place.adwatch), str(self.place.tools / "adwatch")
        command = [adwatch, "hook", "install", "--project", str(self.project)]
        subprocess.run(command, check=True, env=environment, capture_output=True)
        for file in (self.project / ".claude").glob("settings*.json"):
            settings = json.loads(file.read_text().replace(f"{adwatch} hook", f"{wrapper} hook"))
            for event in EVENTS if self.place.every_hook else ():
                keep = {"type": "command", "command": f"cat >$(mktemp {self.hooks}/$(date +%s.%N)-not-installed-XXXX)"}
                settings["hooks"].setdefault(event, [{"hooks": [keep]}])
            file.write_text(json.dumps(settings, indent=2))

    def tidy(self) -> None:
        """Keeps the CLI's own records, and drops what else is in its home (caches, databases)."""
        records = self.home / ".claude" / "projects"
        if records.is_dir():
            shutil.copytree(records, self.saved / "transcripts", dirs_exist_ok=True)
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.saved / "tmp", ignore_errors=True)
        payloads = sorted(self.hooks.iterdir())
        if payloads:
            texts = (payload.read_text().strip() for payload in payloads)
            (self.saved / "hooks.ndjson").write_text("".join(f"{text}\n" for text in texts))
        shutil.rmtree(self.hooks, ignore_errors=True)
