//! What publishers have left in their spools, recorded as if it had been pushed.

use bytes::Bytes;

use super::{Ingest, Shape};
use journal::Batch;
use publisher::courier::{Post, PushAnswer, Unreachable};

/// Takes the place of a courier's connection.
pub(crate) struct Left(Ingest);

impl Left {
    pub(crate) fn new(ingest: Ingest) -> Self {
        Self(ingest)
    }
}

impl Post for Left {
    /// Blocks until the lines are recorded. If the disk is full or the journal has stopped, the rest stays where it is.
    fn post(&mut self, body: &[u8]) -> Result<PushAnswer, Unreachable> {
        let answer = |status, refused| PushAnswer {
            status,
            refused,
            retry_after: None,
        };
        if body.len() > self.0.max_body_bytes {
            return Ok(answer(413, Vec::new()));
        }
        let Ok(items) = self.0.read(&Bytes::copy_from_slice(body), true, Shape::Pushed) else {
            return Ok(answer(400, Vec::new()));
        };
        let batch = Batch {
            drafts: items.drafts,
            tails: Vec::new(),
            pictures: items.pictures,
            ..Batch::default()
        };
        if !batch.drafts.is_empty() {
            let recorded = self.0.recorder.record_blocking(batch);
            recorded.map_err(|error| Unreachable(error.to_string()))?;
        }
        Ok(answer(
            200,
            items.refused.into_iter().map(|refused| refused.index).collect(),
        ))
    }
}
