//! Reads the chunks of agents' output: each agent's as one stream, and by the names that its lines have in the agent's file.

mod found_lines;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::watcher::WorkflowFiles;
use domain::adw_id::AdwId;
use found_lines::FoundLines;
use intake::dialect::StreamReader;
use intake::push::older::{ChunkDrafts, OutputChunk};

/// How many agents are remembered; of one that is forgotten, an answer does not know its call any more.
const AGENTS: usize = 256;

/// See the module.
#[derive(Default)]
pub(super) struct AgentOutputs(Mutex<Outputs>);

#[derive(Default)]
struct Outputs {
    agents: HashMap<(AdwId, String), Output>,
    /// Counts the chunks.
    now: u64,
}

#[derive(Default)]
struct Output {
    /// Held while a chunk is read, so that those of one agent are read one after the other.
    stream: Arc<Mutex<Stream>>,
    used: u64,
}

#[derive(Default)]
struct Stream {
    reader: StreamReader,
    found: FoundLines,
}

impl AgentOutputs {
    /// Reads a chunk; blocks while it looks for the lines in the agent's file.
    pub(super) fn read(&self, chunk: OutputChunk, files: &WorkflowFiles) -> ChunkDrafts {
        let whose = (chunk.adw_id.clone(), chunk.agent.clone());
        let is_complete = chunk.is_complete;
        let stream = lock(&self.0).stream(&whose);
        let mut stream = lock(&stream);
        let line_keys = stream.found.line_keys(&chunk, files);
        let made = chunk.read(&mut stream.reader, &line_keys);
        if is_complete {
            lock(&self.0).agents.remove(&whose);
        }
        made
    }
}

impl Outputs {
    fn stream(&mut self, whose: &(AdwId, String)) -> Arc<Mutex<Stream>> {
        self.now += 1;
        if self.agents.len() >= AGENTS && !self.agents.contains_key(whose) {
            let oldest = self.agents.iter().min_by_key(|(_, output)| output.used);
            if let Some(oldest) = oldest.map(|(whose, _)| whose.clone()) {
                self.agents.remove(&oldest);
            }
        }
        let output = self.agents.entry(whose.clone()).or_default();
        output.used = self.now;
        Arc::clone(&output.stream)
    }
}

/// What is guarded is only what is remembered: whole enough after a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
