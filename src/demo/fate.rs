//! How a workflow of the demo goes, and how far it is when the demo starts.

use super::author::{Author, HelperEnd, ToolResult};
use super::dice::Dice;
use super::output;
use super::play::Play;
use super::scenes;
use super::subject::{DemoSubject, Repo, Subjects};
use super::tongue::Tongue;

/// How a workflow ends, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Ships,
    /// A test fails and is repaired.
    Repairs,
    /// A test fails, and nothing helps.
    FailsTests,
    /// The implementor reaches its limit of turns.
    RunsOutOfTurns,
    /// The implementor goes silent after a tool, like a hung process; a quarter of an hour later somebody stops it.
    Stalls,
    /// A build of four minutes.
    WaitsForBuild,
    /// Checks of four minutes.
    WaitsForChecks,
    /// The reviewer asks a person, who takes a quarter of an hour.
    Asks,
    /// It ships, although a sub-agent was stopped before it was done.
    LosesHelper,
    /// The implementor is Codex.
    BuildsWithCodex,
    /// The implementor is opencode.
    BuildsWithOpencode,
}

/// A fate, and how far the workflow is when the demo starts: a mark and milliseconds after it.
#[derive(Clone, Copy, Debug)]
pub struct Entrance {
    pub fate: Fate,
    pub mark: &'static str,
    pub after_ms: u64,
}

/// How long nobody notices that a process hangs.
const HANG_MS: f64 = 900_000.0;

/// The workflows that are running when the demo starts, the most instructive first.
const AT_WORK: [Entrance; 9] = [
    Entrance {
        fate: Fate::Repairs,
        mark: "resolving",
        after_ms: 4_000,
    },
    Entrance {
        fate: Fate::BuildsWithCodex,
        mark: "building",
        after_ms: 12_000,
    },
    // Silence counts as a stall after three minutes.
    Entrance {
        fate: Fate::Stalls,
        mark: "silent",
        after_ms: 310_000,
    },
    Entrance {
        fate: Fate::Ships,
        mark: "exploring",
        after_ms: 9_000,
    },
    Entrance {
        fate: Fate::WaitsForChecks,
        mark: "shipping",
        after_ms: 62_000,
    },
    Entrance {
        fate: Fate::Asks,
        mark: "asking",
        after_ms: 48_000,
    },
    Entrance {
        fate: Fate::BuildsWithOpencode,
        mark: "documenting",
        after_ms: 1_000,
    },
    Entrance {
        fate: Fate::WaitsForBuild,
        mark: "waiting",
        after_ms: 95_000,
    },
    Entrance {
        fate: Fate::FailsTests,
        mark: "tested",
        after_ms: 8_000,
    },
];

/// The workflows that have ended when the demo starts, the newest first: `after_ms` is the time since their end.
const OVER: [Entrance; 4] = [
    Entrance {
        fate: Fate::LosesHelper,
        mark: "end",
        after_ms: 140_000,
    },
    Entrance {
        fate: Fate::FailsTests,
        mark: "end",
        after_ms: 480_000,
    },
    Entrance {
        fate: Fate::Repairs,
        mark: "end",
        after_ms: 900_000,
    },
    Entrance {
        fate: Fate::RunsOutOfTurns,
        mark: "end",
        after_ms: 1_500_000,
    },
];

/// The fates of those that start later.
const LATER: [Fate; 12] = [
    Fate::Repairs,
    Fate::Ships,
    Fate::BuildsWithOpencode,
    Fate::WaitsForBuild,
    Fate::FailsTests,
    Fate::Asks,
    Fate::Repairs,
    Fate::BuildsWithCodex,
    Fate::Ships,
    Fate::LosesHelper,
    Fate::Stalls,
    Fate::RunsOutOfTurns,
];

/// The workflow at this place when the demo starts.
pub fn at_work(place: usize) -> Entrance {
    AT_WORK.get(place).copied().unwrap_or_else(|| later(place))
}

/// The workflow that ended this many workflows ago.
pub fn over(place: usize) -> Entrance {
    OVER[place % OVER.len()]
}

/// How many have ended when this many are running.
pub fn over_count(workflows: usize) -> usize {
    (workflows / 2).min(OVER.len())
}

/// A workflow that starts while the demo runs.
pub fn later(place: usize) -> Entrance {
    Entrance {
        fate: LATER[place % LATER.len()],
        mark: "begin",
        after_ms: 0,
    }
}

/// Writes the play of a workflow: the same for the same seed and number, with the same fate.
/// A hang lasts as long as in reality, whatever the speed.
pub fn play(seed: u64, number: u64, fate: Fate, speed: f64) -> Option<Play> {
    let dice = Dice::new(seed, number);
    let (subject, repo) = subject(seed, number)?;
    let mut author = Author::new(dice, subject, repo);
    author.mark("begin");
    perform(&mut author, fate, speed);
    author.mark("end");
    Some(author.finish())
}

/// Every round plays all subjects, in an order of its own.
fn subject(seed: u64, number: u64) -> Option<(&'static DemoSubject, &'static Repo)> {
    let subjects = Subjects::all();
    let count = subjects.subject.len().max(1) as u64;
    let mut order: Vec<usize> = (0..subjects.subject.len()).collect();
    // Away from the numbers of workflows, whose dice are others.
    Dice::new(seed, u64::MAX - number / count).shuffle(&mut order);
    let subject = subjects.subject.get(*order.get((number % count) as usize)?)?;
    Some((subject, subjects.repo(&subject.repo)?))
}

fn perform(author: &mut Author, fate: Fate, speed: f64) {
    match fate {
        Fate::BuildsWithCodex => author.builder = Tongue::Codex,
        Fate::BuildsWithOpencode => author.builder = Tongue::Opencode,
        // These need what an earlier CLI cannot do.
        Fate::Asks | Fate::LosesHelper => author.tongue_of_today(),
        _ => {}
    }
    scenes::open(author);
    scenes::plan(author);
    match fate {
        Fate::Stalls => return stall(author, speed),
        Fate::RunsOutOfTurns => return run_out(author),
        _ => {}
    }
    let helper = if fate == Fate::LosesHelper {
        HelperEnd::Stopped
    } else {
        HelperEnd::Done
    };
    scenes::build(author, fate == Fate::WaitsForBuild, helper);
    if !scenes::test(author, fate == Fate::Repairs, fate != Fate::FailsTests) {
        return;
    }
    // A person takes as long as in reality, whatever the speed.
    scenes::review(author, (fate == Fate::Asks).then_some((HANG_MS * speed) as u64));
    scenes::document(author);
    scenes::ship(author, fate == Fate::WaitsForChecks);
}

fn stall(author: &mut Author, speed: f64) {
    scenes::begin_build(author);
    author.mark("silent");
    // Nothing reports that the process hangs; the only sign is that nothing comes.
    let silence_ms = (HANG_MS * speed) as u64;
    author.pause(silence_ms, silence_ms);
    author.log(
        "adw_build_iso",
        "ERROR",
        "sdlc_implementor wrote nothing for 15 minutes; its process was ended",
    );
    scenes::fail(author, "build", "sdlc_implementor hung after a Read and was ended");
}

fn run_out(author: &mut Author) {
    scenes::begin_build(author);
    let (subject, repo) = (author.subject, author.repo);
    for _ in 0..3 {
        author.think(&subject.thought[2]);
        author.bash(&repo.lint, "Lint", ToolResult::failed(output::lint(subject), 3_100));
        author.edit(&subject.change[0]);
    }
    author.exit_failed("error_max_turns", None);
    author.log("adw_build_iso", "ERROR", "sdlc_implementor reached its limit of turns");
    scenes::fail(author, "build", "error_max_turns after 60 turns");
}
