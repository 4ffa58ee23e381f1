//! When the files of a workflow were written, piece by piece: by the times in their lines, otherwise by the files' times, otherwise by what is usual.

use std::collections::HashMap;

use super::recording::{Kind, Line, Recorded};
use domain::stage;

/// Files of a real run are last written minutes apart; those of a copy, or of a checkout, at once.
const COPIED_WITHIN_MS: i64 = 10_000;
/// How long a line takes if nothing says so: real agents write about 0.4 lines per second.
const LINE_MS: i64 = 2_500;
/// Clocks without a zone are quarters of an hour apart.
const QUARTER_HOUR_MS: i64 = 15 * 60_000;

/// One piece of one file, to be written at a time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cue {
    /// In milliseconds; from 1970 on, until all workflows are put together.
    pub at_ms: i64,
    /// Its place among the files.
    pub file: usize,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    /// Of the recording.
    Bytes { from: u64, to: u64 },
    /// The earlier contents of the file.
    Text(String),
}

/// From when to when something was written.
#[derive(Clone, Copy, Debug)]
struct Span {
    from_ms: i64,
    to_ms: i64,
}

/// All pieces of a workflow's files; those of a file in their order.
pub(super) fn cues(files: &[Recorded]) -> Vec<Cue> {
    let moved_ms = zone_of_logs(files);
    let written = || files.iter().map(|file| file.written_ms);
    let (first, last) = (written().min().unwrap_or(0), written().max().unwrap_or(0));
    let is_copied = last - first <= COPIED_WITHIN_MS;
    let mut spans: HashMap<usize, Span> = HashMap::new();
    let mut cues = Vec::new();
    for (at, file) in files.iter().enumerate().filter(|(_, file)| file.first_ms().is_some()) {
        let moved_ms = if file.is_local { moved_ms } else { 0 };
        let times = times_told(&file.lines, moved_ms);
        spans.insert(at, span(&times));
        cues.extend(pieces(at, &file.lines, &times));
    }
    for (at, from_ms) in untimed(files, is_copied, &spans) {
        let lines = &files[at].lines;
        let times = times_by_size(lines, from_ms, length_ms(lines));
        spans.insert(at, span(&times));
        cues.extend(pieces(at, lines, &times));
    }
    let whole = spans.values().copied().reduce(Span::with).unwrap_or(Span {
        from_ms: first,
        to_ms: last,
    });
    for (at, file) in files.iter().enumerate().filter(|(_, file)| file.lines.is_empty()) {
        let beside = |(other, span): (&usize, &Span)| (files[*other].agent == file.agent).then_some(*span);
        let around = spans.iter().filter_map(beside).reduce(Span::with).unwrap_or(whole);
        let at_ms = match file.kind {
            Kind::Prompt if is_copied => around.from_ms,
            Kind::Prompt => file.written_ms.min(around.from_ms),
            _ if !is_copied => file.written_ms,
            Kind::Picture => around.part(place_among(files, at)),
            Kind::State => whole.to_ms,
            Kind::Stream | Kind::Log | Kind::Other => around.to_ms,
        };
        if let Some(text) = file.beginning.clone() {
            cues.push(Cue {
                at_ms: whole.from_ms.min(at_ms),
                file: at,
                what: What::Text(text),
            });
        }
        let what = What::Bytes { from: 0, to: file.size };
        cues.push(Cue { at_ms, file: at, what });
    }
    cues
}

/// How far the local times of logs have to be shifted to match the UTC times of the streams.
fn zone_of_logs(files: &[Recorded]) -> i64 {
    let first = |is_local: bool| {
        let told = files.iter().filter(move |file| file.is_local == is_local);
        told.filter_map(Recorded::first_ms).min()
    };
    match (first(true), first(false)) {
        (Some(local), Some(utc)) => {
            let ahead_ms = local - utc;
            -((ahead_ms + QUARTER_HOUR_MS / 2).div_euclid(QUARTER_HOUR_MS) * QUARTER_HOUR_MS)
        }
        _ => 0,
    }
}

/// Streams and logs that contain no times, and when each started.
fn untimed(files: &[Recorded], is_copied: bool, told: &HashMap<usize, Span>) -> Vec<(usize, i64)> {
    let mut untimed: Vec<usize> = (0..files.len())
        .filter(|at| !files[*at].lines.is_empty() && !told.contains_key(at))
        .collect();
    if !is_copied {
        let began = |at: usize| (at, files[at].written_ms - length_ms(&files[at].lines));
        return untimed.into_iter().map(began).collect();
    }
    // One after the other, as agents usually work, but none before its stage is reported to have started.
    let stage_of = |at: usize| stage::of_agent(&files[at].agent);
    untimed.sort_by_key(|at| (stage_of(*at).and_then(stage::position).unwrap_or(usize::MAX), *at));
    let lengths = untimed.iter().map(|at| length_ms(&files[*at].lines)).sum::<i64>();
    let first = told.values().map(|span| span.from_ms).min();
    let mut next_ms = first.unwrap_or_else(|| files.iter().map(|file| file.written_ms).max().unwrap_or(0) - lengths);
    let began = |at: usize| {
        let same_stage = told
            .iter()
            .filter(|(other, _)| stage_of(at).is_some() && stage_of(**other) == stage_of(at));
        let stage_ms = same_stage.map(|(_, span)| span.from_ms).min();
        let from_ms = stage_ms.unwrap_or(next_ms).max(next_ms);
        next_ms = from_ms + length_ms(&files[at].lines);
        (at, from_ms)
    };
    untimed.into_iter().map(began).collect()
}

/// How long a file without times took: by the results in it, otherwise what this many lines usually take.
fn length_ms(lines: &[Line]) -> i64 {
    let told: u64 = lines.iter().filter_map(|line| line.took_ms).sum();
    match i64::try_from(told).unwrap_or(0) {
        0 => lines.len() as i64 * LINE_MS,
        told => told,
    }
}

/// The time of each line: its own, or interpolated between its neighbours by its size; never earlier than the line before it.
fn times_told(lines: &[Line], moved_ms: i64) -> Vec<i64> {
    let mut times: Vec<i64> = Vec::with_capacity(lines.len());
    // The last line with a time: that time, and its end.
    let mut before: Option<(i64, u64)> = None;
    for (at, line) in lines.iter().enumerate() {
        let Some(own) = line.at_ms.map(|at_ms| at_ms + moved_ms) else {
            continue;
        };
        let (earlier, end) = before.unwrap_or((own, 0));
        let own = own.max(earlier);
        let first = times.len();
        for between in &lines[first..at] {
            let part = (between.end - end) as f64 / (line.end - end).max(1) as f64;
            times.push(earlier + ((own - earlier) as f64 * part) as i64);
        }
        times.push(own);
        before = Some((own, line.end));
    }
    let last = before.map_or(0, |(last, _)| last);
    times.resize(lines.len(), last);
    times
}

/// The time of each line where only the beginning and the length are known: long lines take long.
fn times_by_size(lines: &[Line], from_ms: i64, length_ms: i64) -> Vec<i64> {
    let size = lines.last().map_or(1, |line| line.end.max(1)) as f64;
    let begins = std::iter::once(0).chain(lines.iter().map(|line| line.end));
    let times = begins.map(|begin| from_ms + (length_ms as f64 * begin as f64 / size) as i64);
    times.take(lines.len()).collect()
}

fn pieces(file: usize, lines: &[Line], times: &[i64]) -> Vec<Cue> {
    let begins = std::iter::once(0).chain(lines.iter().map(|line| line.end));
    let pieces = begins.zip(lines).zip(times).map(|((from, line), at_ms)| Cue {
        at_ms: *at_ms,
        file,
        what: What::Bytes { from, to: line.end },
    });
    pieces.collect()
}

fn span(times: &[i64]) -> Span {
    Span {
        from_ms: times.first().copied().unwrap_or(0),
        to_ms: times.last().copied().unwrap_or(0),
    }
}

impl Span {
    fn with(self, other: Self) -> Self {
        Self {
            from_ms: self.from_ms.min(other.from_ms),
            to_ms: self.to_ms.max(other.to_ms),
        }
    }

    /// Some way into it.
    fn part(self, part: f64) -> i64 {
        self.from_ms + ((self.to_ms - self.from_ms) as f64 * part) as i64
    }
}

/// Where a picture stands among those of its agent, between 0 and 1.
fn place_among(files: &[Recorded], at: usize) -> f64 {
    let is_beside = |file: &&Recorded| file.kind == Kind::Picture && file.agent == files[at].agent;
    let before = files[..at].iter().filter(is_beside).count() + 1;
    before as f64 / (files.iter().filter(is_beside).count() + 1) as f64
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn line(end: u64, at_ms: Option<i64>) -> Line {
        Line {
            end,
            at_ms,
            took_ms: None,
        }
    }

    fn file(agent: &str, kind: Kind, written_ms: i64, lines: Vec<Line>) -> Recorded {
        Recorded {
            path: PathBuf::from("/nowhere"),
            below: PathBuf::from("nowhere"),
            agent: agent.into(),
            kind,
            written_ms,
            size: lines.last().map_or(10, |line| line.end),
            lines,
            is_local: false,
            beginning: None,
        }
    }

    /// When each piece of a file is written.
    fn times(cues: &[Cue], file: usize) -> Vec<i64> {
        cues.iter()
            .filter(|cue| cue.file == file)
            .map(|cue| cue.at_ms)
            .collect()
    }

    #[test]
    fn lines_have_the_times_they_say_and_those_between_share_by_size() {
        let lines = [
            line(10, None),
            line(20, Some(1_000)),
            line(50, None),
            line(60, Some(5_000)),
            line(70, None),
            line(80, Some(4_000)),
        ];
        assert_eq!(times_told(&lines, 100), [1_100, 1_100, 4_100, 5_100, 5_100, 5_100]);
    }

    #[test]
    fn a_file_that_says_nothing_ends_when_it_was_written() {
        let result = Line {
            took_ms: Some(8_000),
            ..line(40, None)
        };
        let files = [
            file(
                "sdlc_planner",
                Kind::Stream,
                100_000,
                vec![line(10, None), line(30, None), result],
            ),
            file("reviewer", Kind::Picture, 130_000, Vec::new()),
        ];
        let cues = cues(&files);
        assert_eq!(times(&cues, 0), [92_000, 94_000, 98_000]);
        assert_eq!(times(&cues, 1), [130_000]);
    }

    #[test]
    fn the_agents_of_a_copy_work_one_after_the_other_in_their_stages() {
        let two = || vec![line(10, None), line(20, None)];
        let files = [
            file("builder", Kind::Stream, 0, two()),
            file("builder", Kind::Picture, 0, Vec::new()),
            file("planner", Kind::Prompt, 0, Vec::new()),
            file("planner", Kind::Stream, 0, two()),
            file("adw_build_iso", Kind::Log, 0, vec![line(5, Some(60_000))]),
            file("adw_plan_iso", Kind::Log, 0, vec![line(5, Some(1_000))]),
        ];
        let cues = cues(&files);
        assert_eq!(times(&cues, 3), [1_000, 3_500], "the planner begins with its stage");
        assert_eq!(times(&cues, 2), [1_000], "its prompt was there first");
        assert_eq!(times(&cues, 0), [60_000, 62_500]);
        assert_eq!(times(&cues, 1), [61_250], "a picture comes while its agent works");
    }

    #[test]
    fn local_times_of_logs_are_moved_to_what_streams_say() {
        let mut log = file("adw_plan_iso", Kind::Log, 0, vec![line(5, Some(7_200_000))]);
        log.is_local = true;
        let files = [log, file("planner", Kind::Stream, 0, vec![line(5, Some(3_000))])];
        assert_eq!(times(&cues(&files), 0), [0]);
    }
}
