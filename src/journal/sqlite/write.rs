//! Writing what a transaction changes: a statement for each table, prepared once, run for all of its rows.

use rusqlite::{Connection, Params, params};

use super::{FOLD, event_id};
use crate::ledger::engine::WriteSet;

/// Runs a statement for each row.
fn each<R, P: Params>(
    connection: &Connection,
    sql: &str,
    rows: impl IntoIterator<Item = R>,
    of: impl Fn(R) -> P,
) -> rusqlite::Result<()> {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    let mut statement = connection.prepare_cached(sql)?;
    rows.try_for_each(|row| statement.execute(of(row)).map(|_| ()))
}

/// Writes all of it, in the order in which rows refer to each other.
pub(super) fn changes(connection: &Connection, changes: &WriteSet) -> rusqlite::Result<()> {
    each(
        connection,
        "INSERT INTO workflows VALUES (?1, ?2, ?3, ?4)",
        &changes.new_workflows,
        |new| (new.id, new.adw_id.as_str(), new.first, new.head),
    )?;
    events(connection, changes)?;
    waiting(connection, changes)?;
    each(
        connection,
        "INSERT OR REPLACE INTO sessions VALUES (?1, ?2, ?3, ?4)",
        &changes.owners,
        |(session, owner)| (session, owner.workflow, &owner.agent, owner.streams),
    )?;
    each(
        connection,
        "INSERT INTO documents VALUES (?1, ?2, ?3) \
         ON CONFLICT (workflow) DO UPDATE SET document = excluded.document, read_at = excluded.read_at",
        &changes.documents,
        |(workflow, document)| (workflow, &document.text, document.read_at.map(|at| at.0)),
    )?;
    each(
        connection,
        "INSERT INTO tails VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (path, run) DO UPDATE SET \
         workflow = excluded.workflow, offset = excluded.offset, tail = excluded.tail",
        &changes.tails,
        |((path, run), tail)| (path, run, tail.workflow, tail.offset, &tail.text),
    )?;
    checkpoints(connection, changes)?;
    each(
        connection,
        "UPDATE workflows SET first = ?2, head = ?3 WHERE id = ?1",
        &changes.workflows,
        |workflow| (workflow.id, workflow.first, workflow.head),
    )
}

fn events(connection: &Connection, changes: &WriteSet) -> rusqlite::Result<()> {
    for table in ["events", "bodies"] {
        each(
            connection,
            &format!("DELETE FROM {table} WHERE id BETWEEN ?1 AND ?2"),
            &changes.removed,
            |(workflow, seqs)| [event_id(*workflow, *seqs.start()), event_id(*workflow, *seqs.end())],
        )?;
    }
    each(
        connection,
        "INSERT INTO events VALUES (?1, ?2, ?3, ?4)",
        &changes.events,
        |row| {
            let event = &row.stored.event;
            let id = event_id(row.workflow, event.seq);
            (id, event.kind.number(), &event.agent, &*row.stored.text)
        },
    )?;
    let bodies = changes
        .events
        .iter()
        .filter_map(|row| Some((row, row.body.as_deref()?)));
    each(
        connection,
        "INSERT INTO bodies VALUES (?1, ?2)",
        bodies,
        |(row, body)| (event_id(row.workflow, row.stored.event.seq), body),
    )?;
    each(
        connection,
        "INSERT OR IGNORE INTO keys VALUES (?1, ?2, ?3)",
        &changes.keys,
        |(workflow, key, seq)| (workflow, key.0, seq),
    )?;
    each(
        connection,
        "INSERT INTO media VALUES (?1, ?2, ?3) ON CONFLICT (workflow, name) DO UPDATE SET seq = excluded.seq",
        &changes.references,
        |((workflow, name), seq)| (workflow, name.as_str(), seq),
    )
}

fn waiting(connection: &Connection, changes: &WriteSet) -> rusqlite::Result<()> {
    each(connection, "DELETE FROM waiting WHERE id = ?1", &changes.ended, |id| {
        [id]
    })?;
    each(
        connection,
        "UPDATE waiting SET workflow = ?2 WHERE id = ?1",
        &changes.assigned,
        |(id, workflow)| (id, workflow),
    )?;
    each(
        connection,
        "INSERT OR IGNORE INTO waiting (id, session, workflow, since, key, keys, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        changes.waiting.values(),
        |new| {
            let all: Vec<u8> = new.keys.iter().flat_map(|key| key.0).collect();
            let first = new.keys.first().map(|key| key.0);
            (new.id, &new.session, new.workflow, new.since.0, first, all, &new.text)
        },
    )
}

fn checkpoints(connection: &Connection, changes: &WriteSet) -> rusqlite::Result<()> {
    each(
        connection,
        "INSERT OR REPLACE INTO checkpoints VALUES (?1, ?2, ?3, ?4)",
        &changes.checkpoints,
        |row| (row.workflow, row.seq, FOLD, &row.timeline),
    )?;
    each(
        connection,
        "INSERT OR REPLACE INTO cards VALUES (?1, ?2, ?3, ?4)",
        &changes.checkpoints,
        |row| (row.workflow, row.seq, FOLD, &row.card),
    )
}

/// Forgets which removed events told of a picture, beyond the newest of a workflow.
pub(super) fn forget_references(connection: &Connection, newest: usize) -> rusqlite::Result<()> {
    let sql = "DELETE FROM media WHERE (workflow, name) IN (SELECT workflow, name FROM \
               (SELECT workflow, name, seq, first, rank() OVER (PARTITION BY workflow ORDER BY seq DESC) AS place \
               FROM media JOIN workflows ON id = workflow) WHERE seq < first AND place > ?1)";
    connection.execute(sql, params![newest as i64]).map(|_| ())
}

/// Says that the next start is a clean one, and empties the log.
pub(super) fn close(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("UPDATE meta SET value = '1' WHERE name = 'clean'", [])?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
