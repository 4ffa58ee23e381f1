//! What an agent's processes took of the machine, as `adwatch run` measures it: a line each for processor, memory and disk.

use serde::{Deserialize, Serialize};

use crate::event::{Event, Kind};
use crate::excerpt::excerpt;
use crate::from_json::from_fields;
use crate::payload;
use crate::timestamp::Timestamp;

/// The `event_type` of a measurement.
pub const SAMPLE: &str = "resource_sample";

/// Agents that are measured at the same time; the one that was heard of longest ago makes room.
const LOADS: usize = 4;
const POINTS: i64 = 48;
const FIRST_WIDTH_MS: i64 = 2_000;

/// The lines of one agent, in at most 48 points whose width doubles when the run outgrows them. A point is the most of its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Load {
    pub agent: String,
    pub start: Timestamp,
    width_ms: i64,
    /// As measured last, in the order of `lines`.
    pub latest: Vec<u32>,
    /// Processor in percent of one core, memory in KiB, disk in KiB a second.
    pub lines: Vec<Vec<u32>>,
}

from_fields!(Load {
    agent,
    start,
    width_ms,
    latest,
    lines
});

/// One measurement.
pub(super) struct LoadSample<'a> {
    agent: &'a str,
    at: Timestamp,
    /// In the order of a load's lines.
    figures: [u32; 3],
}

impl<'a> LoadSample<'a> {
    pub fn of(event: &'a Event) -> Option<Self> {
        if event.kind != Kind::Other || event.event_type != SAMPLE {
            return None;
        }
        let kib = |field| payload::number(&event.payload, field).unwrap_or(0) / 1024;
        let disk = kib("disk_read_bytes") + kib("disk_write_bytes");
        let percent = payload::decimal(&event.payload, "cpu_percent").unwrap_or(0.0);
        let figures = [percent as u64, kib("memory_bytes"), disk];
        Some(Self {
            agent: event.agent.as_deref().unwrap_or_default(),
            at: event.timestamp,
            figures: figures.map(|figure| u32::try_from(figure).unwrap_or(u32::MAX)),
        })
    }
}

/// Takes a measurement in; the newest load is the last.
pub(super) fn apply(loads: &mut Vec<Load>, sample: &LoadSample<'_>) {
    let known = loads.iter().position(|load| load.agent == sample.agent);
    let mut load = match known {
        Some(at) => loads.remove(at),
        None => Load {
            agent: excerpt(sample.agent, 96),
            start: sample.at,
            width_ms: FIRST_WIDTH_MS,
            latest: Vec::new(),
            lines: vec![Vec::new(); sample.figures.len()],
        },
    };
    load.add(sample.at, sample.figures.to_vec());
    if loads.len() == LOADS {
        loads.remove(0);
    }
    loads.push(load);
}

impl Load {
    fn add(&mut self, at: Timestamp, latest: Vec<u32>) {
        // A clock that went back counts where the run began.
        let place = |width_ms: i64| at.0.saturating_sub(self.start.0).max(0) / width_ms.max(1);
        let mut point = place(self.width_ms);
        while point >= POINTS {
            for line in &mut self.lines {
                *line = line
                    .chunks(2)
                    .map(|pair| pair.iter().copied().max().unwrap_or(0))
                    .collect();
            }
            self.width_ms *= 2;
            point = place(self.width_ms);
        }
        let point = point as usize;
        for (line, figure) in self.lines.iter_mut().zip(&latest) {
            if line.len() <= point {
                // Between two measurements it was as it was before.
                line.resize(point + 1, line.last().copied().unwrap_or(0));
                line[point] = *figure;
            }
            line[point] = line[point].max(*figure);
        }
        self.latest = latest;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::TimeSource;
    use crate::timeline::Timeline;

    fn sample(agent: &str, at: i64, percent: f64, mib: u64) -> Event {
        Event {
            kind: Kind::Other,
            adw_id: "c0a43f47".parse().expect("a safe id"),
            seq: 0,
            timestamp: Timestamp(at),
            time_source: TimeSource::Source,
            event_type: SAMPLE.into(),
            agent: Some(agent.into()),
            run: None,
            session_id: None,
            parent_tool_use_id: None,
            payload: json!({"cpu_percent": percent, "memory_bytes": mib << 20, "disk_write_bytes": 2048}),
        }
    }

    #[test]
    fn a_long_run_keeps_its_peaks_in_few_points_and_is_no_sign_of_life() {
        let mut timeline = Timeline::new("c0a43f47".parse().expect("a safe id"));
        for number in 0..5_000 {
            let percent = if number == 17 { 380.5 } else { 12.0 };
            assert!(timeline.apply(number + 1, &sample("builder", number as i64 * 5_000, percent, 100)));
        }
        let load = &timeline.loads[0];
        assert!(
            load.lines
                .iter()
                .all(|line| line.len() as i64 <= POINTS && line.len() > 20)
        );
        assert_eq!(load.lines[0].iter().max(), Some(&380));
        assert_eq!(load.latest, [12, 100 << 10, 2]);
        assert_eq!(timeline.last_at, None, "a measurement is no work");
        assert_eq!(timeline.counts[&Kind::Other], 5_000);
        assert!(timeline.recent.all().next().is_none());
    }

    #[test]
    fn the_newest_agents_stay() {
        let mut loads = Vec::new();
        for (at, agent) in ["a", "b", "c", "d", "a", "e"].into_iter().enumerate() {
            let event = sample(agent, at as i64 * 1_000, 1.0, 1);
            apply(&mut loads, &LoadSample::of(&event).expect("a sample"));
        }
        let names: Vec<&str> = loads.iter().map(|load| load.agent.as_str()).collect();
        assert_eq!(names, ["c", "d", "a", "e"]);
    }
}
