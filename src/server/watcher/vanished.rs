//! Files that are gone: their runs end, and one event reports each file or folder that vanished.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::follow::Follow;
use super::look::Context;
use super::memory::Memory;
use super::outbox::Outbox;
use super::run::SourceFile;
use domain::adw_id::AdwId;
use domain::event::TimeSource;
use domain::timeline::sources::DELETED;
use domain::timestamp::Timestamp;
use draft::Draft;
use intake::place::Place;
use journal::Tail;

/// Reports files of one folder that are gone: a folder that was deleted with its files is one event.
pub(super) fn tell(
    adw_id: &AdwId,
    folder: &Path,
    gone: &[PathBuf],
    (at, time_source): (Timestamp, TimeSource),
    outbox: &mut Outbox,
) {
    let mut told: BTreeMap<PathBuf, u64> = BTreeMap::new();
    for path in gone {
        *told.entry(topmost_missing(folder, path)).or_default() += 1;
    }
    for (path, count) in told {
        let is_file = gone.contains(&path);
        let below = path.strip_prefix(folder).unwrap_or(Path::new(""));
        let agent = below
            .components()
            .next()
            .filter(|_| !is_file || below.components().count() > 1)
            .map(|name| name.as_os_str().to_string_lossy().into_owned());
        let file = match below.to_string_lossy() {
            name if name.is_empty() => format!("{adw_id}/"),
            name if is_file => name.into_owned(),
            name => format!("{name}/"),
        };
        let reason = match (is_file, count) {
            (true, _) => "the file was deleted".to_owned(),
            (false, 1) => "the folder was deleted, with a file that was read".to_owned(),
            (false, count) => format!("the folder was deleted, with {count} files that were read"),
        };
        let place = Place {
            adw_id,
            agent: agent.as_deref().unwrap_or_default(),
            run: 0,
            file: &file,
            offset: 0,
            line: 0,
            at,
            time_source,
            mark: None,
        };
        outbox
            .drafts
            .push(Draft::Event(place.trouble(DELETED, &reason, "", Vec::new())));
    }
}

/// Reports the files that were there before a restart, and vanished while nobody was watching.
pub(super) fn tell_of_earlier(tails: &mut HashMap<String, Tail>, context: &Context<'_>, outbox: &mut Outbox) {
    let mut folders: BTreeMap<(PathBuf, AdwId), (Vec<PathBuf>, i64)> = BTreeMap::new();
    for tail in tails.values_mut() {
        let mut memory = Memory::of(&tail.memory);
        let path = PathBuf::from(&tail.path);
        let Some((folder, file)) = split(&path, &tail.adw_id).filter(|_| !memory.is_gone) else {
            continue;
        };
        let whose = SourceFile {
            adw_id: tail.adw_id.clone(),
            agent: tail.agent.clone(),
            file,
        };
        if memory.picture.is_some() {
            // A picture is not missed: what it showed is stored.
            continue;
        }
        let written_ms = memory.written_ms;
        match Follow::resumed(whose, tail, 0, context) {
            // An entry of a log that was held back is lost with the file; nothing else waits in memory.
            Some(mut follow) => follow.gone(context, outbox),
            None => {
                memory.is_gone = true;
                tail.memory = memory.to_value();
                outbox.set_tail(tail.clone());
            }
        }
        let (gone, newest) = folders.entry((folder, tail.adw_id.clone())).or_default();
        gone.push(path);
        *newest = written_ms.max(*newest);
    }
    for ((folder, adw_id), (gone, newest)) in folders {
        // Nobody saw it go: the last known time is when it was written.
        tell(
            &adw_id,
            &folder,
            &gone,
            (Timestamp(newest), TimeSource::Unknown),
            outbox,
        );
    }
}

/// The first missing folder on the path to a file, starting with the workflow's own; otherwise the file itself.
fn topmost_missing(folder: &Path, file: &Path) -> PathBuf {
    let mut way: Vec<&Path> = file.ancestors().take_while(|path| path.starts_with(folder)).collect();
    way.reverse();
    let missing = way.iter().find(|path| path.symlink_metadata().is_err());
    missing.map_or_else(|| file.to_owned(), |path| path.to_path_buf())
}

/// The workflow's folder and the file's name in it, by the path and the id.
fn split(path: &Path, adw_id: &AdwId) -> Option<(PathBuf, String)> {
    let folder = path
        .ancestors()
        .skip(1)
        .find(|folder| folder.file_name().is_some_and(|name| name == adw_id.as_str()))?;
    let file = path.strip_prefix(folder).ok()?.to_string_lossy().into_owned();
    Some((folder.to_owned(), file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_went_with_its_files_is_one_event() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("c0a43f47");
        std::fs::create_dir_all(folder.join("kept")).expect("a folder");
        let gone = [
            "planner/raw_output.jsonl",
            "planner/execution.log",
            "kept/raw_output.jsonl",
        ];
        let told = |gone: &[&str]| {
            let mut outbox = Outbox::default();
            let gone: Vec<PathBuf> = gone.iter().map(|file| folder.join(file)).collect();
            let adw_id = "c0a43f47".parse().expect("a safe id");
            tell(&adw_id, &folder, &gone, (Timestamp(0), TimeSource::Read), &mut outbox);
            let events = outbox.drafts.into_iter().filter_map(|draft| match draft {
                Draft::Event(new) => Some((new.event.agent, new.event.payload["file"].as_str().map(str::to_owned))),
                Draft::State(_) | Draft::Imported(_) | Draft::Hook(_) => None,
            });
            events.collect::<Vec<_>>()
        };
        let event = |agent: Option<&str>, file: &str| (agent.map(str::to_owned), Some(file.to_owned()));
        assert_eq!(
            told(&gone),
            [
                event(Some("kept"), "kept/raw_output.jsonl"),
                event(Some("planner"), "planner/")
            ]
        );
        std::fs::remove_dir_all(&folder).expect("the folder goes");
        assert_eq!(told(&gone), [event(None, "c0a43f47/")]);
    }

    #[test]
    fn a_path_is_split_at_the_innermost_folder_of_the_id() {
        let adw_id = "x".parse().expect("a safe id");
        assert_eq!(
            split(Path::new("/p/trees/x/agents/x/planner/raw_output.jsonl"), &adw_id),
            Some((
                PathBuf::from("/p/trees/x/agents/x"),
                "planner/raw_output.jsonl".to_owned()
            ))
        );
    }
}
