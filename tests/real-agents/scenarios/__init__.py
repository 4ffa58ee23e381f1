"""Everything that is played. Paths are relative to the run's project, in which every CLI works."""

from scenarios import claude, codex, gemini, opencode

ALL = [*claude.SCENARIOS, *codex.SCENARIOS, *gemini.SCENARIOS, *opencode.SCENARIOS]
