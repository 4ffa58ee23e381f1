//! The demo is believable to adwatch itself: what it writes and pushes is read without a remark, and is the same either way.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::fate::{Fate, play};
use super::notice::{self, Pushes};
use super::play::{Act, Play};
use super::stream;
use domain::adw_id::AdwId;
use domain::event::{Event, Kind, TimeSource};
use domain::status::{Patience, Pulse, Status};
use domain::timeline::Timeline;
use domain::timeline::stage_line::StageState;
use domain::timestamp::Timestamp;
use draft::redaction;
use draft::{Draft, NewEvent};
use intake::dialect::StreamReader;
use intake::place::Place;
use intake::push::{self, Received};
use intake::reading::Reading;

const BEGIN: i64 = 1_768_473_000_000;
const FATES: [Fate; 11] = [
    Fate::Ships,
    Fate::Repairs,
    Fate::FailsTests,
    Fate::RunsOutOfTurns,
    Fate::Stalls,
    Fate::WaitsForBuild,
    Fate::WaitsForChecks,
    Fate::Asks,
    Fate::LosesHelper,
    Fate::BuildsWithCodex,
    Fate::BuildsWithOpencode,
];

fn at(ms: u64) -> Timestamp {
    Timestamp(BEGIN + ms as i64)
}

fn written(number: u64, fate: Fate) -> Play {
    play(1, number, fate, 1.0).expect("there are subjects")
}

/// What the server makes of the pushes of a play.
fn pushed(play: &Play, pushes: Pushes) -> Vec<Draft> {
    let received = Received {
        at: at(play.length_ms()),
        utc_offset_minutes: 0,
    };
    let beats = play.beats.iter().enumerate();
    let events =
        beats.flat_map(|(number, beat)| notice::events(&play.adw_id, number, beat, at(beat.at_ms), 1.0, pushes));
    events
        .map(|event| push::draft(redaction::value(event), received).expect("the server takes it"))
        .collect()
}

/// What the server reads off the streams of a play; every line must be understood.
fn read(play: &Play) -> Vec<NewEvent> {
    let adw_id: AdwId = play.adw_id.parse().expect("a safe id");
    let mut readers: BTreeMap<(String, u32), StreamReader> = BTreeMap::new();
    let mut events = Vec::new();
    for (offset, beat) in play.beats.iter().enumerate() {
        let Act::Step(step) = &beat.act else { continue };
        let place = Place {
            adw_id: &adw_id,
            agent: &step.agent,
            run: step.run,
            file: "raw_output.jsonl",
            offset: offset as u64,
            line: offset as u64,
            at: at(play.length_ms()),
            time_source: TimeSource::Unknown,
            mark: None,
        };
        let reader = readers.entry((step.agent.to_string(), step.run)).or_default();
        for line in stream::lines(step, at(beat.at_ms), 1.0) {
            let line = line.to_string();
            for finished in reader.read(&line, &place, offset as u64) {
                match finished.reading {
                    Reading::Source(source) => events.extend(source),
                    Reading::Silent(reason) => assert!(!reason.contains("unknown"), "{reason}: {line}"),
                    Reading::Unrecognised(why) | Reading::Unknown(why, _) => panic!("{why}: {line}"),
                }
            }
        }
    }
    events
}

/// The timeline of a play in which everything is pushed.
fn folded(play: &Play) -> Timeline {
    let mut timeline = Timeline::new(play.adw_id.parse().expect("a safe id"));
    for draft in pushed(play, Pushes::All) {
        let mut event = match draft {
            Draft::Event(new) | Draft::Imported(new) => new.event,
            Draft::State(new) => Event {
                kind: Kind::AgentStateUpdate,
                adw_id: new.adw_id,
                seq: 0,
                timestamp: new.timestamp,
                time_source: new.time_source,
                event_type: "state_change".into(),
                agent: new.agent,
                run: None,
                session_id: None,
                parent_tool_use_id: None,
                payload: match new.document {
                    draft::Document::Whole(state) => {
                        serde_json::json!({"state": state, "source": new.source})
                    }
                    other => panic!("the demo pushes whole documents, not {other:?}"),
                },
            },
            Draft::Hook(_) => panic!("the demo has no hooks"),
        };
        event.seq = timeline.seq + 1;
        assert!(timeline.apply(event.seq, &event));
    }
    timeline
}

#[test]
fn every_play_lasts_some_minutes_and_keeps_its_order() {
    for number in 0..24 {
        let play = written(number, Fate::Repairs);
        assert!(play.beats.is_sorted_by_key(|beat| beat.at_ms));
        let minutes = play.length_ms() as f64 / 60_000.0;
        let events = pushed(&play, Pushes::All).len() as f64;
        assert!((5.0..12.0).contains(&minutes), "{minutes} minutes");
        assert!(
            (0.5..2.0).contains(&(events / minutes / 60.0)),
            "{events} events in {minutes} minutes"
        );
    }
}

#[test]
fn the_same_seed_writes_the_same_play() {
    let texts = |seed| {
        let play = play(seed, 3, Fate::Ships, 1.0).expect("there are subjects");
        play.beats.iter().map(|beat| format!("{beat:?}")).collect::<Vec<_>>()
    };
    assert_eq!(texts(5), texts(5));
    assert_ne!(texts(5), texts(6));
}

#[test]
fn twelve_workflows_have_twelve_titles() {
    let title = |number| folded(&written(number, Fate::Stalls)).state.title;
    let titles: BTreeSet<_> = (0..12).map(title).collect();
    assert_eq!(titles.len(), 12);
}

#[test]
fn a_stream_and_its_pushes_tell_the_same() {
    for (number, fate) in FATES.into_iter().enumerate() {
        let play = written(number as u64, fate);
        let of_stream = read(&play);
        let of_pushes: Vec<NewEvent> = pushed(&play, Pushes::All)
            .into_iter()
            .filter_map(|draft| match draft {
                Draft::Event(new) => Some(new),
                Draft::State(_) | Draft::Imported(_) | Draft::Hook(_) => None,
            })
            .collect();
        for kind in [
            Kind::ToolExecution,
            Kind::FileOperation,
            Kind::AgentThinking,
            Kind::TextBlock,
            Kind::Session,
        ] {
            // Reading a file is an operation too, and the demo pushes none for it.
            let of_kind =
                |events: &'static str| move |new: &&NewEvent| new.event.kind == kind && new.event.event_type != events;
            let stream: Vec<&NewEvent> = of_stream.iter().filter(of_kind("read")).collect();
            let pushes: Vec<&NewEvent> = of_pushes.iter().filter(of_kind("read")).collect();
            let is_twin = |push: &&&NewEvent, line: &&NewEvent| {
                line.keys.iter().any(|key| push.keys.contains(key))
                    && (&line.event.event_type, line.event.timestamp) == (&push.event.event_type, push.event.timestamp)
            };
            // The calls and texts of other CLIs have no ids that a publisher could know.
            let has_ids = |push: &&&NewEvent| {
                let is_built_by_others = matches!(fate, Fate::BuildsWithCodex | Fate::BuildsWithOpencode);
                !is_built_by_others || push.event.agent.as_deref() != Some("sdlc_implementor")
            };
            let lonely = pushes
                .iter()
                .filter(has_ids)
                .filter(|push| !stream.iter().any(|line| is_twin(push, line)))
                .count();
            assert!(!stream.is_empty());
            assert_eq!((pushes.len(), lonely), (stream.len(), 0), "{kind} of {fate:?}");
        }
    }
}

#[test]
fn every_call_is_answered_and_every_id_is_its_own() {
    for (number, fate) in FATES.into_iter().enumerate() {
        let events = read(&written(number as u64, fate));
        let ids = |event_type: &str| -> Vec<Value> {
            let events = events.iter().filter(|new| new.event.event_type == event_type);
            let mut ids: Vec<Value> = events.map(|new| new.event.payload["tool_use_id"].clone()).collect();
            ids.sort_by_key(Value::to_string);
            ids
        };
        let calls = ids("tool_execution_pre");
        let distinct: BTreeSet<String> = calls.iter().map(Value::to_string).collect();
        assert_eq!(calls, ids("tool_execution_post"));
        assert!(calls.len() > 20 && distinct.len() == calls.len());
    }
}

#[test]
fn each_fate_is_seen_for_what_it_is() {
    for fate in FATES {
        let play = written(2, fate);
        let timeline = folded(&play);
        let stage = |name: &str| {
            timeline
                .stages
                .iter()
                .find(|line| line.name == name)
                .map(|line| line.state)
        };
        let end = at(play.length_ms());
        let verdict = Pulse::of(&timeline).verdict(end, &Patience::default());
        match fate {
            Fate::Ships
            | Fate::Repairs
            | Fate::WaitsForBuild
            | Fate::WaitsForChecks
            | Fate::Asks
            | Fate::LosesHelper
            | Fate::BuildsWithCodex
            | Fate::BuildsWithOpencode => {
                assert_eq!(verdict.status, Status::Completed, "{fate:?}");
                assert!(timeline.stages.iter().all(|line| line.state == StageState::Completed));
                assert_eq!(timeline.stages.len(), 6);
                assert_eq!(timeline.open_tools.len(), 0);
                assert!(
                    timeline.cost_usd().is_some_and(|cost| (0.5..9.0).contains(&cost)),
                    "{:?}",
                    timeline.cost_usd()
                );
            }
            Fate::FailsTests => {
                assert_eq!(
                    (verdict.status, stage("test")),
                    (Status::Failed, Some(StageState::Failed))
                );
            }
            Fate::RunsOutOfTurns | Fate::Stalls => {
                assert_eq!(
                    (verdict.status, stage("build")),
                    (Status::Failed, Some(StageState::Failed))
                );
            }
        }
        assert!(timeline.agents.iter().any(|agent| agent.parent.is_some()), "sub-agents");
        assert!(timeline.error_count > 0 || !matches!(fate, Fate::Repairs | Fate::FailsTests));
        assert_eq!(timeline.sources.oddities, 0);
    }
}

#[test]
fn what_waits_runs_and_was_stopped_is_told() {
    let mut asks = written(2, Fate::Asks);
    assert!(folded(&asks).needs.is_empty(), "it was answered");
    let asked = asks.mark("asking");
    asks.beats.retain(|beat| beat.at_ms <= asked);
    let waits = folded(&asks);
    assert_eq!(waits.needs.first().map(|need| need.choices.len()), Some(3));
    assert_eq!(waits.background.len(), 1);
    assert!(waits.todo.is_some());
    let ships = folded(&written(2, Fate::Ships));
    assert_eq!(ships.warning(), None);
    let loses = folded(&written(2, Fate::LosesHelper)).warning().unwrap_or_default();
    assert!(loses.contains("1 sub-agent"), "{loses}");
}

#[test]
fn a_stall_is_silent_for_longer_than_patience() {
    let play = written(2, Fate::Stalls);
    let silent = play.mark("silent");
    let next = play
        .beats
        .iter()
        .find(|beat| beat.at_ms > silent)
        .map(|beat| beat.at_ms);
    assert!(next.is_some_and(|next| next - silent > Patience::default().silence_ms * 2));
}
