//! `adwatch hook install` and `uninstall`: edit only our own entries in Claude Code's settings.

mod claude_version;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::call::{call, is_ours};
use super::ordered_json::Ordered;
use crate::command::{Failure, UsageError};
use publisher::clock;

/// Claude Code stops a hook that takes longer than this, in seconds; ours takes milliseconds.
const TIMEOUT_S: u32 = 5;

/// Make Claude Code report to adwatch what its sessions do.
///
/// This adds to Claude Code's settings, keeps everything else in them, and makes a backup. Running it again changes nothing, or brings
/// what an earlier version wrote up to date. A Claude Code that is older than 2.1.101 would ignore settings with events that it does not
/// know: it is asked for its version, and gets fewer.
#[derive(Args, Debug, Default)]
pub struct Install {
    #[command(flatten)]
    place: Place,
    /// Only show what would change.
    #[arg(long)]
    dry_run: bool,
}

/// Remove adwatch from Claude Code's settings, and nothing else.
#[derive(Args, Debug, Default)]
pub struct Uninstall {
    #[command(flatten)]
    place: Place,
    /// Only show what would change.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args, Debug, Default)]
struct Place {
    /// Change the settings of one project, given by its folder.
    ///
    /// [default: the current folder]
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = ".", conflicts_with = "user")]
    project: Option<PathBuf>,
    /// Change the settings of this user, which apply to all projects.
    #[arg(long)]
    user: bool,
}

/// The fields of an object, in their order.
type Fields = Vec<(String, Ordered)>;
/// The settings after an edit, and the events that it changed.
type Edited = (Fields, Vec<String>);
/// What is to become of the settings.
#[derive(Clone, Copy, Debug)]
enum Edit<'a> {
    /// These events are to be reported, and no others.
    Install(&'a [&'static str]),
    Uninstall,
}

impl Install {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let events = claude_version::events();
        edit(
            &self.place.settings()?,
            self.dry_run,
            "tells adwatch about",
            Edit::Install(&events),
        )
    }
}

impl Uninstall {
    pub(super) fn run(&self) -> Result<(), Failure> {
        edit(
            &self.place.settings()?,
            self.dry_run,
            "no longer tells adwatch about",
            Edit::Uninstall,
        )
    }
}

impl Place {
    /// The settings file.
    fn settings(&self) -> Result<PathBuf, Failure> {
        let folder = if self.user {
            let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
            home.ok_or_else(|| UsageError("cannot find the settings, because HOME is not set".to_owned()))?
        } else {
            self.project.clone().unwrap_or_else(|| PathBuf::from("."))
        };
        if !folder.is_dir() {
            return Err(UsageError(format!("{} is not a folder", folder.display())).into());
        }
        Ok(folder.join(".claude/settings.json"))
    }
}

/// Edits the settings at a path, and says what was done.
fn edit(path: &Path, is_dry: bool, verb: &str, edit: Edit<'_>) -> Result<(), Failure> {
    // If the file is a link, as for people who keep their settings in git, its target is edited.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = path.display();
    let old = match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(Failure::Machine(format!(
                "cannot read {name}: {error}; nothing was changed"
            )));
        }
    };
    let broken = |why: &dyn std::fmt::Display| {
        Failure::Machine(format!(
            "{name} is not a valid settings file of Claude Code: {why}; nothing was changed. Repair it and try again"
        ))
    };
    let settings = match old.as_deref().map(str::trim) {
        None | Some("") => Vec::new(),
        Some(text) => match Ordered::parse(text).map_err(|error| broken(&error))? {
            Ordered::Object(fields) => fields,
            Ordered::List(_) | Ordered::Scalar(_) => return Err(broken(&"it is not an object")),
        },
    };
    let (settings, events) = edit.apply(settings, &call()).map_err(|why| broken(&why))?;
    if events.is_empty() {
        return say(&format!("{name} was not changed: there is nothing to change"));
    }
    let text = Ordered::Object(settings).print().map_err(|error| broken(&error))?;
    let events = events.join(", ");
    if is_dry {
        return say(&format!("{name} would be changed, so that it {verb} {events}:\n{text}"));
    }
    let backup = write(&path, old.as_deref(), &text)
        .map_err(|error| Failure::Machine(format!("cannot write {name}: {error}; nothing was changed")))?;
    let kept = backup
        .map(|backup| format!("; the previous version is in {}", backup.display()))
        .unwrap_or_default();
    say(&format!("{name} {verb} {events}{kept}"))
}

impl Edit<'_> {
    fn apply(self, settings: Fields, command: &str) -> Result<Edited, String> {
        match self {
            Self::Install(events) => installed(settings, events, command),
            Self::Uninstall => uninstalled(settings, &[]),
        }
    }
}

/// Adds the command to every event that lacks it, and removes it from those that are not asked for any more.
fn installed(settings: Fields, events: &[&'static str], command: &str) -> Result<Edited, String> {
    let (mut settings, mut changed) = uninstalled(settings, events)?;
    let hooks = object_in(&mut settings, "hooks")?;
    for event in events {
        let entries = list_in(hooks, event)?;
        let ours: Vec<String> = entries
            .iter()
            .flat_map(commands)
            .filter(|command| is_ours(command))
            .collect();
        if ours == [command] {
            continue;
        }
        // One with another path, or one too many: they are removed, and a single one is added.
        *entries = without_ours(std::mem::take(entries));
        entries.push(entry(command)?);
        changed.push((*event).to_owned());
    }
    Ok((settings, changed))
}

/// Removes the command from every event but some, and whatever existed only for it.
fn uninstalled(mut settings: Fields, but: &[&'static str]) -> Result<Edited, String> {
    let mut changed = Vec::new();
    if !settings.iter().any(|(name, _)| name == "hooks") {
        return Ok((settings, changed));
    }
    let hooks = object_in(&mut settings, "hooks")?;
    let names: Vec<String> = hooks.iter().map(|(name, _)| name.clone()).collect();
    // Whatever its name, as an earlier or a later version may have asked for other events.
    for event in names.into_iter().filter(|name| !but.contains(&name.as_str())) {
        let Ordered::List(entries) = value_in(hooks, &event, Ordered::List(Vec::new())) else {
            continue;
        };
        if !entries.iter().flat_map(commands).any(|command| is_ours(&command)) {
            continue;
        }
        *entries = without_ours(std::mem::take(entries));
        let is_empty = entries.is_empty();
        hooks.retain(|(name, _)| *name != event || !is_empty);
        changed.push(event);
    }
    let is_empty = hooks.is_empty() && !changed.is_empty() && but.is_empty();
    settings.retain(|(name, _)| name != "hooks" || !is_empty);
    Ok((settings, changed))
}

/// The object under a name, which is added if absent.
fn object_in<'a>(fields: &'a mut Fields, name: &str) -> Result<&'a mut Fields, String> {
    match value_in(fields, name, Ordered::Object(Vec::new())) {
        Ordered::Object(fields) => Ok(fields),
        Ordered::List(_) | Ordered::Scalar(_) => Err(format!("{name:?} is not an object")),
    }
}

fn list_in<'a>(fields: &'a mut Fields, name: &str) -> Result<&'a mut Vec<Ordered>, String> {
    match value_in(fields, name, Ordered::List(Vec::new())) {
        Ordered::List(items) => Ok(items),
        Ordered::Object(_) | Ordered::Scalar(_) => Err(format!("{name:?} is not a list")),
    }
}

fn value_in<'a>(fields: &'a mut Fields, name: &str, absent: Ordered) -> &'a mut Ordered {
    let place = fields
        .iter()
        .rposition(|(known, _)| known == name)
        .unwrap_or(fields.len());
    if place == fields.len() {
        fields.push((name.to_owned(), absent));
    }
    &mut fields[place].1
}

/// The commands of one entry of an event.
fn commands(entry: &Ordered) -> Vec<String> {
    let hooks = entry.get("hooks").and_then(Ordered::as_list).unwrap_or_default();
    hooks.iter().filter_map(|hook| hook.get("command")?.as_text()).collect()
}

/// The entries without our commands, and without entries that contained nothing else.
fn without_ours(entries: Vec<Ordered>) -> Vec<Ordered> {
    let mut kept = Vec::with_capacity(entries.len());
    for mut entry in entries {
        let has_ours = commands(&entry).iter().any(|command| is_ours(command));
        if let Ordered::Object(fields) = &mut entry
            && has_ours
            && let Ok(hooks) = list_in(fields, "hooks")
        {
            hooks.retain(|hook| {
                !hook
                    .get("command")
                    .and_then(Ordered::as_text)
                    .is_some_and(|command| is_ours(&command))
            });
            if hooks.is_empty() {
                continue;
            }
        }
        kept.push(entry);
    }
    kept
}

fn entry(command: &str) -> Result<Ordered, String> {
    // Written out, because people read it and expect this order of fields.
    let entry = format!(
        r#"{{"hooks": [{{"type": "command", "command": {}, "timeout": {TIMEOUT_S}}}]}}"#,
        serde_json::Value::from(command)
    );
    Ordered::parse(&entry).map_err(|error| error.to_string())
}

/// Makes a backup of the file and replaces it with the new text.
fn write(path: &Path, old: Option<&str>, new: &str) -> io::Result<Option<PathBuf>> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let time: String = clock::now().to_string().chars().filter(char::is_ascii_digit).collect();
    let backup = old.map(|old| (path.with_file_name(format!("settings.json.adwatch-backup-{time}")), old));
    if let Some((backup, _)) = &backup {
        fs::copy(path, backup)?;
    }
    let unfinished = folder.join(format!(".settings.json-{:016x}", clock::random()));
    let written = File::create_new(&unfinished).and_then(|mut file| {
        file.write_all(new.as_bytes())?;
        if let Ok(known) = fs::metadata(path) {
            file.set_permissions(known.permissions())?;
        }
        fs::rename(&unfinished, path)
    });
    if let Err(error) = written {
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    Ok(backup.map(|(backup, _)| backup))
}

fn say(line: &str) -> Result<(), Failure> {
    let mut out = io::stdout();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        // Nobody reads the output any more; the work itself is done.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| Failure::Machine(format!("cannot write to standard output: {error}"))),
    }
}

#[cfg(test)]
mod tests;
