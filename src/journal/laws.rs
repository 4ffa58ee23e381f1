//! The laws of the journal, which hold upon every engine: each is tried on SQLite and in memory, and both must hold the same.

mod drafts;
mod faulty;
mod subject;

use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::Outcome;
use domain::event::{Event, Kind};
use domain::state_diff;
use draft::{Document, Draft};
use drafts::{Step, drafts, keyed, state, step};
use subject::{Subject, WORKFLOWS, all, subjects};

/// Cuts a list where it is said; the last piece may be empty.
fn cut<T: Clone>(list: &[T], cuts: &[bool]) -> Vec<Vec<T>> {
    let mut pieces = vec![Vec::new()];
    for (one, is_cut) in list.iter().zip(cuts.iter().cycle()) {
        if *is_cut {
            pieces.push(Vec::new());
        }
        pieces.last_mut().expect("there is one").push(one.clone());
    }
    pieces
}

/// The state document that the events tell.
fn replayed(events: &[Event]) -> Map<String, Value> {
    let mut document = Map::new();
    for event in events.iter().filter(|event| event.kind == Kind::AgentStateUpdate) {
        state_diff::replay(&mut document, &event.payload);
    }
    document
}

/// Records each draft in a transaction of its own.
fn one_by_one(subject: &mut Subject, drafts: &[Draft]) -> Vec<Outcome> {
    let each = drafts.iter().map(|draft| subject.append(vec![vec![draft.clone()]]));
    each.flat_map(|outcomes| outcomes.expect("recorded")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn numbers_have_no_holes_and_outcomes_tell_them(drafts in drafts(1..40), cuts in prop::collection::vec(any::<bool>(), 8)) {
        for mut subject in subjects() {
            let mut told = Vec::new();
            for batches in cut(&drafts, &cuts) {
                told.extend(subject.append(vec![batches]).expect("recorded"));
            }
            for adw_id in all() {
                let events = subject.events(&adw_id);
                let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
                prop_assert_eq!(&seqs, &(1..=events.len() as u64).collect::<Vec<_>>(), "{}", subject.name);
                prop_assert!(events.iter().all(|event| event.adw_id == adw_id));
            }
            let recorded = told.iter().filter(|outcome| matches!(outcome, Outcome::Recorded(_))).count();
            prop_assert!(recorded <= all().map(|adw_id| subject.events(&adw_id).len()).sum());
        }
    }

    #[test]
    fn what_shares_a_key_is_recorded_once_in_whichever_order_and_grouping(
        keys in prop::collection::vec((0..2_usize, prop::collection::vec(0..8_u8, 1..4)), 1..40),
        cuts in prop::collection::vec(any::<bool>(), 8),
    ) {
        for mut subject in subjects() {
            let mut known = [Vec::<u8>::new(), Vec::new()];
            let mut expected = Vec::new();
            for (workflow, keys) in &keys {
                let known = &mut known[*workflow];
                expected.push(!keys.iter().any(|key| known.contains(key)));
                known.extend(keys);
            }
            let drafts: Vec<Draft> = keys.iter().map(|(workflow, keys)| keyed(*workflow, keys)).collect();
            let groups = cut(&drafts, &cuts);
            let told: Vec<Outcome> = groups.into_iter().flat_map(|group| subject.append(vec![group]).expect("recorded")).collect();
            let is_new: Vec<bool> = told.iter().map(|outcome| *outcome != Outcome::Duplicate).collect();
            prop_assert_eq!(is_new, expected, "{}", subject.name);
        }
    }

    #[test]
    fn however_drafts_are_grouped_the_journal_is_the_same(
        drafts in drafts(1..30),
        appends in prop::collection::vec(any::<bool>(), 7),
        batches in prop::collection::vec(any::<bool>(), 5),
    ) {
        let [mut reference, _] = subjects();
        let expected = one_by_one(&mut reference, &drafts);
        for mut subject in subjects() {
            let mut told = Vec::new();
            for group in cut(&drafts, &appends) {
                told.extend(subject.append(cut(&group, &batches)).expect("recorded"));
            }
            prop_assert_eq!(&told, &expected, "{}", subject.name);
            prop_assert_eq!(subject.held(), reference.held(), "{}", subject.name);
            subject.settle(3_600);
        }
        reference.settle(3_600);
        let [mut sqlite, mut memory] = subjects();
        for subject in [&mut sqlite, &mut memory] {
            subject.append(cut(&drafts, &batches)).expect("recorded");
            subject.settle(3_600);
            prop_assert_eq!(subject.held(), reference.held(), "{}", subject.name);
        }
    }

    #[test]
    fn a_transaction_that_fails_leaves_nothing_and_can_be_done_again(
        steps in prop::collection::vec((step(), 0..30_usize), 1..16),
    ) {
        let [mut reference, _] = subjects();
        let mut faulted = subjects();
        for (step, verbs) in steps {
            let expected = reference.take(&step).expect("no fault");
            for subject in &mut faulted {
                let before = subject.held();
                subject.fault.after(verbs);
                let told = subject.take(&step);
                subject.fault.never();
                let told = match told {
                    Ok(told) => told,
                    Err(_) => {
                        prop_assert_eq!(subject.held(), before, "{}", subject.name);
                        subject.take(&step).expect("no fault")
                    }
                };
                prop_assert_eq!(&told, &expected, "{}", subject.name);
                prop_assert_eq!(subject.held(), reference.held(), "{}", subject.name);
            }
        }
    }

    #[test]
    fn an_export_becomes_the_same_journal_and_is_taken_in_once(drafts in drafts(1..30), cuts in prop::collection::vec(any::<bool>(), 6)) {
        let [mut source, _] = subjects();
        source.append(vec![drafts]).expect("recorded");
        source.settle(3_600);
        let exported: Vec<Draft> = all().flat_map(|adw_id| source.export(&adw_id)).collect();
        for mut subject in subjects() {
            for group in cut(&exported, &cuts) {
                let told = subject.append(vec![group.clone()]).expect("imported");
                prop_assert!(told.iter().all(|outcome| matches!(outcome, Outcome::Recorded(_))));
                let again = subject.append(vec![group]).expect("imported");
                prop_assert!(again.iter().all(|outcome| *outcome == Outcome::Duplicate));
            }
            for adw_id in all() {
                prop_assert_eq!(subject.whole_texts(&adw_id), source.whole_texts(&adw_id));
                prop_assert_eq!(subject.document(&adw_id).unwrap_or_default(), replayed(&source.events(&adw_id)));
            }
        }
    }

    #[test]
    fn an_export_with_gaps_is_numbered_without_and_taken_in_once(
        drafts in prop::collection::vec(0..8_u8, 2..20),
        left_out in prop::collection::vec(any::<bool>(), 5),
    ) {
        let [mut source, _] = subjects();
        source.append(vec![drafts.iter().map(|_| keyed(0, &[])).collect()]).expect("recorded");
        let exported = source.export(&WORKFLOWS[0].parse().expect("a safe id"));
        let part: Vec<Draft> = exported.into_iter().zip(left_out.iter().cycle()).filter(|(_, out)| !**out).map(|(draft, _)| draft).collect();
        for mut subject in subjects() {
            let twice = [part.clone(), part.clone()].concat();
            let told = subject.append(vec![twice]).expect("imported");
            let expected: Vec<Outcome> = (1..=part.len() as u64).map(Outcome::Recorded).chain(part.iter().map(|_| Outcome::Duplicate)).collect();
            prop_assert_eq!(told, expected, "{}", subject.name);
        }
    }

    #[test]
    fn what_was_removed_keeps_its_numbers_keys_and_tails(
        keys in prop::collection::vec(0..8_u8, 1..30),
        younger_than in prop::option::of(0..40_i64),
    ) {
        for mut subject in subjects() {
            let drafts: Vec<Draft> = keys.iter().map(|key| keyed(0, &[*key])).collect();
            subject.take(&Step::Append(drafts.clone())).expect("recorded");
            let adw_id = WORKFLOWS[0].parse().expect("a safe id");
            let before = subject.events(&adw_id);
            let (head, tails) = (before.len() as u64, subject.held().tails);
            prop_assert_eq!(subject.remove(&adw_id, None), 0, "nothing is folded yet");
            subject.checkpoint();
            let mut removed = 0;
            while let n @ 1.. = subject.remove(&adw_id, younger_than) {
                removed += n;
            }
            let is_old = |event: &&Event| younger_than.is_none_or(|at| event.timestamp.0 < at);
            let expected = before.iter().take_while(is_old).count() as u64;
            prop_assert_eq!(removed, expected);
            let left = subject.events(&adw_id);
            prop_assert_eq!(left.as_slice(), &before[expected as usize..]);
            prop_assert_eq!(subject.range(&adw_id), (expected + 1, head));
            prop_assert_eq!(subject.held().tails, tails);
            let told = subject.append(vec![drafts]).expect("recorded");
            prop_assert!(told.iter().all(|outcome| *outcome == Outcome::Duplicate));
            let told = subject.append(vec![vec![keyed(0, &[])]]).expect("recorded");
            prop_assert_eq!(told, vec![Outcome::Recorded(head + 1)]);
        }
    }

    #[test]
    fn a_state_is_what_its_events_changed(
        states in prop::collection::vec(state(), 1..16),
        cuts in prop::collection::vec(any::<bool>(), 5),
    ) {
        for mut subject in subjects() {
            for group in cut(&states, &cuts) {
                subject.append(vec![group]).expect("recorded");
            }
            for name in WORKFLOWS {
                let adw_id = name.parse().expect("a safe id");
                let events = subject.events(&adw_id);
                prop_assert!(events.iter().all(|event| event.kind == Kind::AgentStateUpdate));
                prop_assert_eq!(subject.document(&adw_id).unwrap_or_default(), replayed(&events));
            }
        }
    }

    #[test]
    fn the_same_document_again_is_no_event(fields in drafts::fields()) {
        let whole = |source: &str| drafts::state_of(0, Document::Whole(fields.clone()), source);
        for mut subject in subjects() {
            let told = subject.append(vec![vec![whole("a"), whole("b")]]).expect("recorded");
            prop_assert_eq!(told, vec![Outcome::Recorded(1), Outcome::Duplicate]);
            let told = subject.append(vec![vec![whole("c")]]).expect("recorded");
            prop_assert_eq!(told, vec![Outcome::Duplicate]);
        }
    }

    #[test]
    fn each_hook_is_told_once_and_none_waits_for_ever(
        steps in drafts::hooks_and_streams(),
        forgets in prop::collection::vec(any::<bool>(), 5),
    ) {
        let mut held = Vec::new();
        for mut subject in subjects() {
            let mut hooks = 0;
            for (step, forgets) in steps.iter().zip(forgets.iter().cycle()) {
                if *forgets {
                    subject.forget();
                }
                subject.take(step).expect("recorded");
                hooks += drafts::numbered_hooks(step);
            }
            subject.settle(3_600);
            let all: Vec<Event> = all().flat_map(|adw_id| subject.events(&adw_id)).collect();
            let mut numbers: Vec<u64> = all.iter().filter_map(|event| event.payload["number"].as_u64()).collect();
            numbers.sort_unstable();
            let told = numbers.len();
            numbers.dedup();
            prop_assert_eq!((told, numbers.len()), (hooks, hooks), "{}", subject.name);
            let before = subject.held();
            subject.settle(7_200);
            prop_assert_eq!(subject.held(), before, "nothing waits any more");
            held.push(subject.held());
        }
        prop_assert_eq!(&held[0], &held[1]);
    }
}
