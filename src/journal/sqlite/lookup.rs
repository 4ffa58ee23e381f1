//! What the ledger asks of the writing connection: one statement for each question, prepared once, run for all of a group.
//!
//! SQLite is in the process, so a statement that is run again costs less than one that is built for a group of its size.

use std::ops::RangeInclusive;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::event_id;
use crate::ledger::engine::{DocumentRow, Due, LastIds, Owner, Waiting, Workflow, WorkflowId};
use domain::adw_id::AdwId;
use domain::media_name::MediaName;
use domain::timestamp::Timestamp;
use draft::key::Key;

/// One answer for each question.
fn each<'q, Q, P: Params, A>(
    connection: &Connection,
    sql: &str,
    questions: &'q [Q],
    of: impl Fn(&'q Q) -> P,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<A>,
) -> rusqlite::Result<Vec<Option<A>>> {
    let mut find = connection.prepare_cached(sql)?;
    let answers = questions
        .iter()
        .map(|question| find.query_row(of(question), &read).optional());
    answers.collect()
}

pub(super) fn last_ids(connection: &Connection) -> rusqlite::Result<LastIds> {
    let last = |table: &str| {
        let sql = format!("SELECT coalesce(max(id), 0) FROM {table}");
        connection.query_row(&sql, [], |row| row.get(0))
    };
    Ok(LastIds {
        workflow: last("workflows")?,
        waiting: last("waiting")?,
    })
}

pub(super) fn workflows(connection: &Connection, adw_ids: &[&AdwId]) -> rusqlite::Result<Vec<Option<Workflow>>> {
    let sql = "SELECT id, adw_id, first, head FROM workflows WHERE adw_id = ?1";
    each(
        connection,
        sql,
        adw_ids,
        |adw_id| [adw_id.as_str()],
        |row| workflow(row, 0),
    )
}

pub(super) fn owners(connection: &Connection, sessions: &[&str]) -> rusqlite::Result<Vec<Option<(Owner, Workflow)>>> {
    let sql = "SELECT id, adw_id, first, head, agent, streams FROM sessions JOIN workflows ON id = workflow WHERE session = ?1";
    each(
        connection,
        sql,
        sessions,
        |session| [*session],
        |row| {
            let workflow = workflow(row, 0)?;
            let owner = Owner {
                workflow: workflow.id,
                agent: row.get(4)?,
                streams: row.get(5)?,
            };
            Ok((owner, workflow))
        },
    )
}

pub(super) fn keys(connection: &Connection, keys: &[(WorkflowId, Key)]) -> rusqlite::Result<Vec<Option<u64>>> {
    let sql = "SELECT seq FROM keys WHERE workflow = ?1 AND key = ?2";
    each(
        connection,
        sql,
        keys,
        |(workflow, key)| (*workflow, key.0),
        |row| row.get(0),
    )
}

pub(super) fn holds(connection: &Connection, texts: &[(WorkflowId, u64, &str)]) -> rusqlite::Result<Vec<bool>> {
    let mut find = connection.prepare_cached(
        "SELECT coalesce(bodies.text, events.text) FROM events LEFT JOIN bodies ON bodies.id = events.id WHERE events.id = ?1",
    )?;
    let held = texts.iter().map(|(workflow, seq, text)| {
        let held = find.query_row(
            [event_id(*workflow, *seq)],
            |row| Ok(row.get_ref(0)?.as_str()? == *text),
        );
        held.optional().map(Option::unwrap_or_default)
    });
    held.collect()
}

pub(super) fn documents(
    connection: &Connection,
    workflows: &[WorkflowId],
) -> rusqlite::Result<Vec<Option<DocumentRow>>> {
    let sql = "SELECT document, read_at FROM documents WHERE workflow = ?1";
    each(
        connection,
        sql,
        workflows,
        |workflow| [*workflow],
        |row| {
            Ok(DocumentRow {
                text: row.get(0)?,
                read_at: row.get::<_, Option<i64>>(1)?.map(Timestamp),
            })
        },
    )
}

pub(super) fn awaits(connection: &Connection, keys: &[(&str, Key)]) -> rusqlite::Result<Vec<bool>> {
    let sql = "SELECT 1 FROM waiting WHERE session = ?1 AND key = ?2";
    let found = each(connection, sql, keys, |(session, key)| (*session, key.0), |_| Ok(()))?;
    Ok(found.iter().map(Option::is_some).collect())
}

pub(super) fn waiting(connection: &Connection, sessions: &[&str]) -> rusqlite::Result<Vec<Waiting>> {
    let mut find = connection.prepare_cached(
        "SELECT id, session, workflow, since, keys, text FROM waiting WHERE session = ?1 AND workflow IS NULL ORDER BY id",
    )?;
    let mut all = Vec::new();
    for session in sessions {
        for row in find.query_map([session], |row| waiting_at(row, 0))? {
            all.push(row?);
        }
    }
    Ok(all)
}

pub(super) fn due_sessions(connection: &Connection, due: &Due, at_most: usize) -> rusqlite::Result<Vec<String>> {
    let mut find = connection.prepare_cached(
        "SELECT session FROM waiting WHERE workflow IS NULL AND (since <= ?1 OR since > ?2) \
         GROUP BY session ORDER BY min(id) LIMIT ?3",
    )?;
    let rows = find.query_map(params![due.until.0, due.ahead.0, at_most as i64], |row| row.get(0))?;
    rows.collect()
}

pub(super) fn due_copies(
    connection: &Connection,
    due: &Due,
    at_most: usize,
) -> rusqlite::Result<Vec<(Waiting, Workflow)>> {
    let mut find = connection.prepare_cached(
        "SELECT workflows.id, adw_id, first, head, waiting.id, session, workflow, since, keys, text \
         FROM waiting JOIN workflows ON workflows.id = workflow WHERE since <= ?1 OR since > ?2 \
         ORDER BY waiting.id LIMIT ?3",
    )?;
    let rows = find.query_map(params![due.until.0, due.ahead.0, at_most as i64], |row| {
        Ok((waiting_at(row, 4)?, workflow(row, 0)?))
    })?;
    rows.collect()
}

pub(super) fn folded(connection: &Connection, workflows: &[WorkflowId]) -> rusqlite::Result<Vec<Option<u64>>> {
    let sql = "SELECT seq FROM checkpoints WHERE workflow = ?1";
    each(connection, sql, workflows, |workflow| [*workflow], |row| row.get(0))
}

pub(super) fn each_event(
    connection: &Connection,
    workflow: WorkflowId,
    seqs: &RangeInclusive<u64>,
    see: &mut dyn FnMut(&str, u64) -> bool,
) -> rusqlite::Result<()> {
    let mut find = connection.prepare_cached(
        "SELECT events.text, coalesce(length(bodies.text), 0) FROM events LEFT JOIN bodies ON bodies.id = events.id \
         WHERE events.id BETWEEN ?1 AND ?2 ORDER BY events.id",
    )?;
    let mut rows = find.query([event_id(workflow, *seqs.start()), event_id(workflow, *seqs.end())])?;
    while let Some(row) = rows.next()? {
        if !see(row.get_ref(0)?.as_str()?, row.get(1)?) {
            break;
        }
    }
    Ok(())
}

pub(super) fn are_referenced(connection: &Connection, names: &[MediaName]) -> rusqlite::Result<Vec<bool>> {
    let sql = "SELECT 1 FROM media WHERE name = ?1 LIMIT 1";
    let found = each(connection, sql, names, |name| [name.as_str()], |_| Ok(()))?;
    Ok(found.iter().map(Option::is_some).collect())
}

/// Bytes of the file that are in use, without those that new events will fill first.
pub(super) fn used_bytes(connection: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, u64>(0));
    Ok((pragma("page_count")? - pragma("freelist_count")?) * pragma("page_size")?)
}

/// The workflow whose four columns begin at one.
fn workflow(row: &Row<'_>, at: usize) -> rusqlite::Result<Workflow> {
    let adw_id: String = row.get(at + 1)?;
    let unreadable = |error| rusqlite::Error::FromSqlConversionFailure(at + 1, Type::Text, Box::new(error));
    Ok(Workflow {
        id: row.get(at)?,
        adw_id: adw_id.parse().map_err(unreadable)?,
        first: row.get(at + 2)?,
        head: row.get(at + 3)?,
    })
}

/// What waits, whose six columns begin at one.
fn waiting_at(row: &Row<'_>, at: usize) -> rusqlite::Result<Waiting> {
    let keys: Vec<u8> = row.get(at + 4)?;
    let (keys, _) = keys.as_chunks::<16>();
    Ok(Waiting {
        id: row.get(at)?,
        session: row.get(at + 1)?,
        workflow: row.get(at + 2)?,
        since: Timestamp(row.get(at + 3)?),
        keys: keys.iter().map(|key| Key(*key)).collect(),
        text: row.get(at + 5)?,
    })
}
