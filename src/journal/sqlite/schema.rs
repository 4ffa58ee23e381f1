//! The tables of the journal, as the steps that made them: a new file takes them all, an older one those it lacks.
//!
//! A step that was released never changes; what is new is a step at the end. Steps run inside the opening of the journal, so
//! they make tables and leave filling large ones to whoever works in the background.

use rusqlite::Connection;

/// Says in the file's header that it is ours: "ADWA".
pub(super) const APPLICATION_ID: i64 = 0x4144_5741;
/// The file's format is the number of steps it has taken; a file with a greater number is left alone.
pub(super) const FORMAT: i64 = STEPS.len() as i64;

const STEPS: &[&str] = &[
    // 1: the journal.
    "
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE workflows (id INTEGER PRIMARY KEY, adw_id TEXT NOT NULL UNIQUE, first INTEGER NOT NULL, head INTEGER NOT NULL);
-- The id is the workflow's id times 2^40 plus the seq, so that a workflow's events lie side by side in order.
CREATE TABLE events (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, agent TEXT, text TEXT NOT NULL);
CREATE TABLE bodies (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE keys (workflow INTEGER NOT NULL, key BLOB NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (workflow, key)) WITHOUT ROWID;
CREATE TABLE documents (workflow INTEGER PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE tails (path TEXT NOT NULL, run INTEGER NOT NULL, workflow INTEGER NOT NULL, offset INTEGER NOT NULL, tail TEXT NOT NULL, PRIMARY KEY (path, run)) WITHOUT ROWID;
CREATE INDEX tails_by_workflow ON tails (workflow);
CREATE TABLE checkpoints (workflow INTEGER PRIMARY KEY, seq INTEGER NOT NULL, fold INTEGER NOT NULL, timeline TEXT NOT NULL);
",
    // 2: what the board shows of a workflow, of the same seq and fold as its checkpoint.
    "
CREATE TABLE cards (workflow INTEGER PRIMARY KEY, seq INTEGER NOT NULL, fold INTEGER NOT NULL, card TEXT NOT NULL);
",
    // 3: which pictures a workflow's events tell of, and the newest event that does.
    "
CREATE TABLE media (workflow INTEGER NOT NULL, name TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (workflow, name)) WITHOUT ROWID;
CREATE INDEX media_by_name ON media (name);
",
    // 4: to which workflow and agent a session belongs, and whether a stream tells of it; and the hooks' events that wait until that
    // is known, or for the stream's copy (of the `workflow`). Only the first of an event's keys stands by itself: it tells a repetition.
    "
CREATE TABLE sessions (session TEXT PRIMARY KEY, workflow INTEGER NOT NULL, agent TEXT, streams INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE waiting (id INTEGER PRIMARY KEY, session TEXT NOT NULL, workflow INTEGER, since INTEGER NOT NULL, key BLOB, keys BLOB NOT NULL, text TEXT NOT NULL);
CREATE UNIQUE INDEX waiting_by_key ON waiting (session, key);
CREATE INDEX waiting_by_time ON waiting (since);
",
    // 5: when a file of the state was read last, in ms since 1970.
    "
ALTER TABLE documents ADD COLUMN read_at INTEGER;
",
];

/// Makes the tables of a new journal, whose life is called `epoch`.
pub(super) fn create(connection: &Connection, epoch: &str) -> rusqlite::Result<()> {
    whole(connection, || {
        take_steps(connection, STEPS)?;
        connection.execute("INSERT INTO meta VALUES ('epoch', ?1), ('clean', '1')", [epoch])?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)
    })
}

/// Takes the steps that an older journal lacks: all of them or none.
pub(super) fn take_forward(connection: &Connection) -> rusqlite::Result<()> {
    let format: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let missing = usize::try_from(format).ok().and_then(|format| STEPS.get(format..));
    match missing {
        Some(missing) if !missing.is_empty() => {
            tracing::info!(from = format, to = FORMAT, "upgrading the journal to a newer format");
            whole(connection, || take_steps(connection, missing))
        }
        Some(_) | None => Ok(()),
    }
}

fn take_steps(connection: &Connection, steps: &[&str]) -> rusqlite::Result<()> {
    for step in steps {
        connection.execute_batch(step)?;
    }
    connection.pragma_update(None, "user_version", FORMAT)
}

fn whole(connection: &Connection, change: impl FnOnce() -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let changed = change().and_then(|()| connection.execute_batch("COMMIT"));
    if changed.is_err() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(connection: &Connection) -> Vec<(String, String)> {
        let mut statement = connection
            .prepare("SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name")
            .expect("a schema");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.expect("rows").collect::<rusqlite::Result<_>>().expect("texts")
    }

    fn format(connection: &Connection) -> i64 {
        let read = connection.query_row("PRAGMA user_version", [], |row| row.get(0));
        read.expect("a format")
    }

    #[test]
    fn a_journal_of_any_older_format_becomes_what_a_new_one_is() {
        let new = Connection::open_in_memory().expect("a journal");
        create(&new, "life").expect("made");
        for taken in 1..STEPS.len() {
            let old = Connection::open_in_memory().expect("a journal");
            take_steps(&old, &STEPS[..taken]).expect("made");
            old.pragma_update(None, "user_version", taken as i64).expect("a format");
            old.execute("INSERT INTO workflows VALUES (7, 'a', 1, 3)", [])
                .expect("a row");
            take_forward(&old).expect("taken forward");
            assert_eq!(tables(&old), tables(&new), "from format {taken}");
            assert_eq!(format(&old), FORMAT);
            let head: i64 = old
                .query_row("SELECT head FROM workflows", [], |row| row.get(0))
                .expect("a row");
            assert_eq!(head, 3);
        }
    }

    #[test]
    fn a_step_that_fails_leaves_the_journal_as_it_was() {
        let old = Connection::open_in_memory().expect("a journal");
        take_steps(&old, &STEPS[..1]).expect("made");
        old.pragma_update(None, "user_version", 1).expect("a format");
        // In the way of step 2.
        old.execute_batch("CREATE TABLE cards (other TEXT)").expect("a table");
        let before = tables(&old);
        take_forward(&old).expect_err("the table is there already");
        assert_eq!((tables(&old), format(&old)), (before, 1));
    }
}
