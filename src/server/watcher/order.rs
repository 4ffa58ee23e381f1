//! The order in which the files of a workflow that were there before it was watched are read.
//!
//! The fold infers from the order of events what came after what, and old lines have no times of their own.

use std::time::Duration;

use super::source::Source;
use domain::stage;

/// Files of a real run are last written minutes apart; those of a copy, or of a checkout, at once.
const COPIED_WITHIN: Duration = Duration::from_secs(10);

/// A file that waits to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting<T> {
    pub file: T,
    pub agent: String,
    /// None until the first lines show it.
    pub source: Option<Source>,
    pub written_ns: i128,
}

/// Puts files in the order in which they were last written; copied ones in the order in which agents usually work.
pub(super) fn sort<T: Ord>(files: &mut [Waiting<T>]) {
    let works = || files.iter().filter(|file| file.source != Some(Source::State));
    let first = works().map(|file| file.written_ns).min().unwrap_or(0);
    let last = works().map(|file| file.written_ns).max().unwrap_or(0);
    let is_copied = last - first <= COPIED_WITHIN.as_nanos() as i128;
    files.sort_by(|a, b| {
        let is_state = |file: &Waiting<T>| file.source == Some(Source::State);
        let by_time = || a.written_ns.cmp(&b.written_ns).then(is_state(a).cmp(&is_state(b)));
        let by_work = || {
            is_state(a)
                .cmp(&is_state(b))
                .then(usual_place(&a.agent).cmp(&usual_place(&b.agent)))
        };
        let order = if is_copied { by_work() } else { by_time() };
        order.then_with(|| a.file.cmp(&b.file))
    });
}

/// Where an agent usually comes in a run, and what directly follows it.
fn usual_place(agent: &str) -> (usize, bool) {
    let (worker, is_committer) = match agent.strip_suffix("_committer") {
        Some(worker) => (worker, true),
        None => (agent, false),
    };
    let place = match worker {
        "issue_classifier" => 0,
        "branch_generator" => 1,
        "ops" => 2,
        "pr_creator" => 80,
        _ => match stage::of_agent(worker).and_then(stage::position) {
            // A push request comes after everything but shipping.
            Some(5) => 90,
            Some(position) => 10 + position * 10,
            None => 75,
        },
    };
    (place, is_committer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(agent: &str, source: Source, seconds: i128) -> Waiting<String> {
        Waiting {
            file: format!("{agent}/file"),
            agent: agent.to_owned(),
            source: Some(source),
            written_ns: seconds * 1_000_000_000,
        }
    }

    fn sorted(mut files: Vec<Waiting<String>>) -> Vec<String> {
        sort(&mut files);
        files.into_iter().map(|file| file.agent).collect()
    }

    #[test]
    fn a_run_is_read_as_it_was_written() {
        let files = vec![
            waiting("builder", Source::Stream, 500),
            waiting("state", Source::State, 700),
            waiting("planner", Source::Stream, 300),
            waiting("helper", Source::Stream, 900),
        ];
        assert_eq!(sorted(files), ["planner", "builder", "state", "helper"]);
    }

    #[test]
    fn a_copy_is_read_in_the_usual_order() {
        let files = [
            "pr_creator",
            "sdlc_implementor_committer",
            "state",
            "branch_generator",
            "shipper",
            "sdlc_planner",
            "helper",
            "sdlc_implementor",
            "issue_classifier",
            "sdlc_planner_committer",
            "reviewer",
            "test_runner",
        ];
        let kind = |agent: &str| {
            if agent == "state" {
                Source::State
            } else {
                Source::Stream
            }
        };
        let files = files
            .iter()
            .enumerate()
            .map(|(at, agent)| waiting(agent, kind(agent), (at % 3) as i128));
        assert_eq!(
            sorted(files.collect()),
            [
                "issue_classifier",
                "branch_generator",
                "sdlc_planner",
                "sdlc_planner_committer",
                "sdlc_implementor",
                "sdlc_implementor_committer",
                "test_runner",
                "reviewer",
                "helper",
                "pr_creator",
                "shipper",
                "state",
            ]
        );
    }
}
