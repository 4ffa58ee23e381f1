//! Reads the chunks of agents' output, each agent's as one stream. What the agent's file holds is left to whoever reads that.

mod found_lines;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::watcher::WorkflowFiles;
use domain::adw_id::AdwId;
use found_lines::FoundLines;
use intake::push::older::{ChunkDrafts, ChunkReader, OutputChunk};

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
    reader: ChunkReader,
    found: FoundLines,
}

impl AgentOutputs {
    /// Reads a chunk; blocks while it looks for the lines in the agent's file.
    pub(super) fn read(&self, chunk: &OutputChunk, files: &WorkflowFiles) -> ChunkDrafts {
        let (adw_id, agent) = (&chunk.adw_id, chunk.agent.as_str());
        let stream = lock(&self.0).stream(adw_id, agent);
        let mut stream = lock(&stream);
        if stream.reader.begin(chunk) {
            files.pushed.forget_all(adw_id, agent);
        }
        let names = stream.reader.names(chunk);
        let lines = chunk.lines.iter().map(String::as_str).zip(names.iter().copied());
        // An empty line says nothing.
        let lines = lines.filter(|(text, _)| !text.trim().is_empty());
        files.pushed.note(adw_id, agent, lines);
        let found = stream.found.look(chunk, files);
        files.pushed.forget(adw_id, agent, &names[..found]);
        stream.reader.read(chunk, found)
    }
}

impl Outputs {
    fn stream(&mut self, adw_id: &AdwId, agent: &str) -> Arc<Mutex<Stream>> {
        let whose = (adw_id.clone(), agent.to_owned());
        self.now += 1;
        if self.agents.len() >= AGENTS && !self.agents.contains_key(&whose) {
            let oldest = self.agents.iter().min_by_key(|(_, output)| output.used);
            if let Some(oldest) = oldest.map(|(whose, _)| whose.clone()) {
                self.agents.remove(&oldest);
            }
        }
        let output = self.agents.entry(whose).or_default();
        output.used = self.now;
        Arc::clone(&output.stream)
    }
}

/// What is guarded is only what is remembered: whole enough after a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
