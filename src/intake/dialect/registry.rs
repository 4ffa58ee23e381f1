//! Which dialects there are, and which of them reads a line.

use super::amp::Amp;
use super::claude_code::ClaudeCode;
use super::codex::Codex;
use super::cursor::Cursor;
use super::gemini_cli::GeminiCli;
use super::opencode::Opencode;
use super::pi::Pi;
use super::{Claim, Dialect, LineHead};

/// Of two that share a line, the first reads it, unless the stream is known to be the other's.
const DIALECTS: &[&dyn Dialect] = &[&ClaudeCode, &GeminiCli, &Codex, &Opencode, &Cursor, &Amp, &Pi];

/// The dialect that reads a line of a stream that is known to be of this CLI, and what it says of the line; none where no
/// dialect knows it.
pub(super) fn choose(line: &LineHead<'_>, known: Option<&str>) -> Option<(&'static dyn Dialect, Claim)> {
    choose_among(DIALECTS, line, known)
}

fn choose_among<'a>(
    dialects: &[&'a dyn Dialect],
    line: &LineHead<'_>,
    known: Option<&str>,
) -> Option<(&'a dyn Dialect, Claim)> {
    let mut chosen = None;
    for dialect in dialects.iter().copied() {
        match dialect.claim(line) {
            Claim::Own => return Some((dialect, Claim::Own)),
            Claim::Shared if chosen.is_none() || known == Some(dialect.name()) => {
                chosen = Some((dialect, Claim::Shared))
            }
            Claim::WithinOwn if known == Some(dialect.name()) => chosen = Some((dialect, Claim::WithinOwn)),
            Claim::Shared | Claim::WithinOwn | Claim::None => {}
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::LineDraft;
    use super::*;

    /// Writes lines like Claude Code's, after a first one of its own.
    struct LikeClaude;

    impl Dialect for LikeClaude {
        fn name(&self) -> &'static str {
            "like_claude"
        }

        fn claim(&self, line: &LineHead<'_>) -> Claim {
            match line.line_type {
                "hello" => Claim::Own,
                "assistant" => Claim::Shared,
                "error" => Claim::WithinOwn,
                _ => Claim::None,
            }
        }

        fn read(&self, _draft: &mut LineDraft<'_>, _line: Value) {}
    }

    #[test]
    fn a_line_that_two_write_is_read_by_the_one_whose_stream_it_is() {
        let chosen = |line: Value, known| {
            let chosen = choose_among(&[&ClaudeCode, &GeminiCli, &LikeClaude], &LineHead::of(&line), known);
            chosen.map(|(dialect, claim)| (dialect.name(), claim))
        };
        let assistant = || json!({"type": "assistant"});
        assert_eq!(chosen(assistant(), None), Some(("claude_code", Claim::Shared)));
        assert_eq!(
            chosen(json!({"type": "hello"}), None),
            Some(("like_claude", Claim::Own))
        );
        assert_eq!(
            chosen(assistant(), Some("like_claude")),
            Some(("like_claude", Claim::Shared))
        );
        assert_eq!(chosen(assistant(), Some("gone")), Some(("claude_code", Claim::Shared)));
        let user = json!({"type": "user"});
        assert_eq!(
            chosen(user, Some("like_claude")),
            Some(("claude_code", Claim::Shared)),
            "what its own does not know another may"
        );
        assert_eq!(chosen(json!({"type": "novelty"}), Some("like_claude")), None);
        let error = || json!({"type": "error"});
        assert_eq!(chosen(error(), Some("gone")), Some(("gemini_cli", Claim::Shared)));
        assert_eq!(
            chosen(error(), Some("like_claude")),
            Some(("like_claude", Claim::WithinOwn)),
            "a word that means something only in its own streams"
        );
    }

    #[test]
    fn every_dialect_has_a_name_of_its_own() {
        let mut names: Vec<_> = DIALECTS.iter().map(|dialect| dialect.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), DIALECTS.len());
    }
}
