//! The journal in SQLite: one file, write-ahead log, one writing connection.
//!
//! Only the writing connection checkpoints the log, and nothing is memory-mapped: SQLite before 3.51.3 could damage
//! a log that two connections checkpointed at once, and a mapped file turns a disk error into a crash.

mod engine;
mod find;
mod index;
mod lookup;
mod read;
mod schema;
mod write;

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::JournalError;
use super::ledger::Ledger;
use super::ledger::engine::WorkflowId;
use crate::media::Media;
pub use engine::SqliteEngine;
use schema::{APPLICATION_ID, FORMAT};

/// SQLite's way to files that keeps the locks and the index of the log within this process: no other may use the journal anyway, and
/// a transaction then costs no system call for its locks. Connections for reading that are opened after the writer's share it.
const OF_ONE_PROCESS: &str = "unix-excl";
/// The fold that checkpoints were made with; those of another are folded again.
const FOLD: i64 = 3;

/// What an acknowledgement outlives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The loss of power: every commit is forced to the disk.
    #[default]
    Power,
    /// The end of the process: a commit is handed to the operating system.
    Process,
}

/// The writing side.
pub type SqliteJournal = Ledger<SqliteEngine>;

impl SqliteJournal {
    /// Opens the journal in the directory, or makes one; see [`SqliteEngine::open`].
    pub fn open(directory: &Path, durability: Durability, new_epoch: &str) -> Result<Self, JournalError> {
        SqliteEngine::open(directory, durability, new_epoch).map(Self::new)
    }
}

impl SqliteEngine {
    /// Opens `journal.db` in the directory, or makes one. `new_epoch` names the life that begins if one does.
    pub fn open(directory: &Path, durability: Durability, new_epoch: &str) -> Result<Self, JournalError> {
        let path = directory.join("journal.db");
        let shown = path.display().to_string();
        let cannot = |reason: &dyn std::fmt::Display| JournalError::Open {
            path: shown.clone(),
            reason: reason.to_string(),
        };
        std::fs::create_dir_all(directory).map_err(|error| cannot(&error))?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(directory.join("journal.lock"))
            .map_err(|error| cannot(&error))?;
        match take(&lock) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse { path: shown }),
            Err(TryLockError::Error(error)) => return Err(cannot(&error)),
        }
        let is_new = std::fs::metadata(&path).map_or(true, |file| file.len() == 0);
        if !is_new {
            inspect(&path)?;
        }
        let connection = Connection::open_with_flags_and_vfs(&path, OpenFlags::default(), OF_ONE_PROCESS)
            .map_err(|error| cannot(&error))?;
        let failed = |error: rusqlite::Error| open_error(&shown, &error);
        configure(&connection, durability).map_err(failed)?;
        if is_new {
            schema::create(&connection, new_epoch).map_err(failed)?;
        } else {
            schema::take_forward(&connection).map_err(failed)?;
        }
        let media = Media::open(directory.join("media")).map_err(|error| cannot(&error))?;
        let epoch = begin_life(&connection, durability, new_epoch).map_err(failed)?;
        Ok(Self {
            connection,
            directory: directory.to_owned(),
            path,
            epoch,
            media,
            lock: Arc::new(lock),
        })
    }
}

/// Takes the lock. A process that is just being started holds what its parent had open until its own program runs, so a lock
/// that was given back may still be held for some milliseconds.
fn take(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..20 {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            taken => return taken,
        }
    }
    lock.try_lock()
}

/// Looks at the file before anything can change it: ours, of a format we know, and sound as far as its header tells.
fn inspect(path: &Path) -> Result<(), JournalError> {
    let shown = path.display().to_string();
    // A log left by a killed process is read too, which needs its index file; only the main file must stay as it is.
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|error| open_error(&shown, &error))?;
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    let application = pragma("application_id").map_err(|error| open_error(&shown, &error))?;
    let format = pragma("user_version").map_err(|error| open_error(&shown, &error))?;
    if application != APPLICATION_ID {
        return Err(JournalError::Damaged {
            path: shown,
            reason: "its header does not identify it as an adwatch journal".into(),
        });
    }
    if format > FORMAT {
        return Err(JournalError::Newer {
            path: shown,
            found: format,
            known: FORMAT,
        });
    }
    connection
        .query_row("SELECT value FROM meta WHERE name = 'epoch'", [], |row| {
            row.get::<_, String>(0)
        })
        .map_err(|error| open_error(&shown, &error))?;
    Ok(())
}

fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

fn configure(connection: &Connection, durability: Durability) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(
        None,
        "synchronous",
        match durability {
            Durability::Power => "FULL",
            Durability::Process => "NORMAL",
        },
    )?;
    connection.pragma_update(None, "mmap_size", 0)?;
    // In KiB. The index over the keys is random, so what does not fit here is asked of the operating system again, which has it at hand;
    // what was taken once stays with the process, for its pages lie among others. 32 MiB were no quicker over 200,000 events.
    connection.pragma_update(None, "cache_size", -8 * 1024)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(())
}

/// Takes the epoch of the file, or begins a new one where acknowledged seqs may be lost and given again.
fn begin_life(connection: &Connection, durability: Durability, new_epoch: &str) -> rusqlite::Result<String> {
    let read = |name: &str| {
        connection.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| {
            row.get::<_, String>(0)
        })
    };
    let was_clean = read("clean")? == "1";
    if !was_clean && durability == Durability::Process {
        connection.execute("UPDATE meta SET value = ?1 WHERE name = 'epoch'", [new_epoch])?;
    }
    connection.execute("UPDATE meta SET value = '0' WHERE name = 'clean'", [])?;
    read("epoch")
}

fn code(error: &rusqlite::Error) -> Option<ErrorCode> {
    error.sqlite_error_code()
}

fn open_error(path: &str, error: &rusqlite::Error) -> JournalError {
    match code(error) {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => JournalError::Damaged {
            path: path.to_owned(),
            reason: error.to_string(),
        },
        Some(ErrorCode::DiskFull) => JournalError::Full,
        Some(ErrorCode::Unknown) | None
            if matches!(
                error,
                rusqlite::Error::SqliteFailure(..) | rusqlite::Error::SqlInputError { .. }
            ) =>
        {
            JournalError::Damaged {
                path: path.to_owned(),
                reason: error.to_string(),
            }
        }
        _ => JournalError::Open {
            path: path.to_owned(),
            reason: error.to_string(),
        },
    }
}

// By value, as `map_err` gives it.
#[allow(clippy::needless_pass_by_value)]
fn write_error(error: rusqlite::Error) -> JournalError {
    match code(&error) {
        Some(ErrorCode::DiskFull) => JournalError::Full,
        _ => JournalError::Write(error.to_string()),
    }
}

#[allow(clippy::needless_pass_by_value)]
fn read_error(error: rusqlite::Error) -> JournalError {
    JournalError::Read(error.to_string())
}

impl ToSql for WorkflowId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for WorkflowId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Self)
    }
}

/// The number of an event over all workflows.
fn event_id(workflow: WorkflowId, seq: u64) -> i64 {
    (workflow.0 << 40) | (seq as i64)
}
