"""The agent CLIs: where they are, which version, and how each is started against the fake model."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from sandbox import RunPlace
from script import Scenario

PACKAGES = {
    "claude": "@anthropic-ai/claude-code",
    "codex": "@openai/codex",
    "gemini": "@google/gemini-cli",
    "opencode": "opencode-ai",
}


@dataclass(frozen=True)
class Cli:
    name: str
    binary: Path
    version: str

    @property
    def label(self) -> str:
        return f"{self.name} {self.version}"

    def command(self, scenario: Scenario, run: RunPlace, model: str) -> tuple[list[str], dict[str, str]]:
        """The command and its environment; `model` is the address of the fake one."""
        arguments, environment = STARTS[self.name](scenario, run, model)
        return [str(self.binary), *arguments], environment | scenario.env


def find(folder: Path, name: str) -> list[Cli]:
    """All versions of a CLI: any folder of `folder` whose name begins with the CLI's may hold one."""
    found = []
    for place in sorted(folder.glob(f"{name}*")):
        # The native binary of a platform's package runs without Node, and without the package's install script.
        native = sorted(place.glob("node_modules/@anthropic-ai/claude-code-*/claude")) if name == "claude" else []
        linked = [place / "node_modules" / ".bin" / name]
        if binary := next((path for path in [*native, *linked] if path.exists()), None):
            found.append(Cli(name, binary.resolve(), version(place, name, binary)))
    return found


def version(place: Path, name: str, binary: Path) -> str:
    described = [binary.parent / "package.json"] if name == "claude" else []
    described.append(place / "node_modules" / PACKAGES[name] / "package.json")
    for file in described:
        if file.exists():
            return json.loads(file.read_text())["version"]
    return "unknown"


def prompt(scene: str = "main") -> str:
    return f"Do what the script says. (scene: {scene})"


def _claude(scenario: Scenario, run: RunPlace, model: str):
    # The project's settings alone: that is where `adwatch hook install` writes, and nothing of a user's.
    arguments = ["-p", "--setting-sources", "project", *([] if scenario.only_result else ["--verbose"])]
    if "--output-format" not in scenario.flags:
        arguments += ["--output-format", "stream-json"]
    if scenario.hosted:
        arguments += ["--input-format", "stream-json", "--permission-prompt-tool", "stdio"]
    else:
        arguments.append(prompt())
    if scenario.mcp:
        server = {"command": "python3", "args": [str(Path(__file__).with_name("mcp_server.py"))]}
        arguments += ["--mcp-config", json.dumps({"mcpServers": {"shop": server}}), "--strict-mcp-config"]
    return [*arguments, *scenario.flags], {
        "ANTHROPIC_BASE_URL": model,
        "ANTHROPIC_API_KEY": "sk-made-up",
        "ANTHROPIC_MODEL": "claude-sonnet-4-5",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_TELEMETRY": "1",
        "IS_SANDBOX": "1",
    }


def _codex(scenario: Scenario, run: RunPlace, model: str):
    home = run.home / ".codex"
    home.mkdir()
    (home / "config.toml").write_text(
        'model = "gpt-5.5"\nmodel_provider = "script"\ncheck_for_update_on_startup = false\n'
        f'[model_providers.script]\nname = "script"\nbase_url = "{model}/v1"\nenv_key = "MADE_UP_KEY"\n'
        'wire_api = "responses"\nsupports_websockets = false\nrequest_max_retries = 3\nstream_max_retries = 1\n'
        "[analytics]\nenabled = false\n[feedback]\nenabled = false\n"
    )
    arguments = ["exec", "--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
    return [*arguments, *scenario.flags, prompt()], {"CODEX_HOME": str(home), "MADE_UP_KEY": "made-up"}


def _gemini(scenario: Scenario, run: RunPlace, model: str):
    # An address of its own alone would make it ask for a gateway's key.
    settings = run.home / ".gemini" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"security": {"auth": {"selectedType": "gemini-api-key"}}}))
    arguments = ["-m", "gemini-2.5-flash", "--yolo", "--skip-trust", "--output-format", "stream-json", *scenario.flags]
    return [*arguments, "-p", prompt()], {
        "GEMINI_API_KEY": "made-up",
        "GOOGLE_GEMINI_BASE_URL": model,
        "GEMINI_TELEMETRY_ENABLED": "false",
    }


#: US dollars for a million tokens, as the settings below tell opencode.
OPENCODE_PRICES = {"input": 1.0, "output": 2.0, "cache_read": 0.1}


def _opencode(scenario: Scenario, run: RunPlace, model: str):
    offered = {
        "name": "Script",
        "tool_call": True,
        "reasoning": True,
        "cost": OPENCODE_PRICES,
        "limit": {"context": 200_000, "output": 8_000},
    }
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Script",
        "options": {"baseURL": f"{model}/v1", "apiKey": "made-up"},
        "models": {"play": offered},
    }
    settings = run.saved / "opencode.json"
    settings.write_text(
        json.dumps({"autoupdate": False, "share": "disabled", "small_model": "script/play", "provider": {"script": provider}})
    )
    arguments = ["run", "--format", "json", "--auto", "--thinking", "-m", "script/play", *scenario.flags]
    return [*arguments, prompt()], {
        "OPENCODE_CONFIG": str(settings),
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_MODELS_FETCH": "1",
        "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
        "OPENCODE_DISABLE_DEFAULT_PLUGINS": "1",
    }


STARTS: dict[str, Callable] = {"claude": _claude, "codex": _codex, "gemini": _gemini, "opencode": _opencode}


def adwatch_version(binary: Path) -> str:
    told = subprocess.run([binary, "--version"], capture_output=True, text=True).stdout
    return re.sub(r"^adwatch\s+", "", told.strip()) or "unknown"
