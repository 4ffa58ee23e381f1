//! Reading the journal for many at once: a few connections, and pages kept, so that a storm of reconnects reads each once.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};

use super::lock;
use crate::domain::adw_id::AdwId;
use crate::server::journal::{JournalError, PageQuery, Reader};

/// Events of a kept page.
pub(super) const PAGE: u64 = 256;
const KEPT_BYTES: usize = 16 * 1024 * 1024;

/// A full page never changes again.
pub(super) type SharedPage = Arc<Vec<String>>;

/// The reading side of the journal, shared.
pub(super) struct Pages {
    readers: Mutex<Vec<Box<dyn Reader>>>,
    returned: Condvar,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    pages: VecDeque<((AdwId, u64), SharedPage)>,
    bytes: usize,
}

impl Pages {
    pub(super) fn new(readers: Vec<Box<dyn Reader>>) -> Self {
        Self {
            readers: Mutex::new(readers),
            returned: Condvar::new(),
            kept: Mutex::default(),
        }
    }

    /// Lends a connection; blocks until one is free.
    pub(super) fn with<T>(&self, read: impl FnOnce(&mut dyn Reader) -> T) -> T {
        let mut readers = lock(&self.readers);
        let mut reader = loop {
            match readers.pop() {
                Some(reader) => break reader,
                None => {
                    readers = self
                        .returned
                        .wait(readers)
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                }
            }
        };
        drop(readers);
        let result = read(reader.as_mut());
        lock(&self.readers).push(reader);
        self.returned.notify_one();
        result
    }

    /// The events after a seq, at most to the end of their page: from memory if the page was read before. Blocks.
    pub(super) fn after(&self, adw_id: &AdwId, seq: u64) -> Result<Vec<String>, JournalError> {
        let number = seq / PAGE;
        let skip = (seq % PAGE) as usize;
        let key = (adw_id.clone(), number);
        if let Some(page) = self.find(&key) {
            return Ok(page[skip..].to_vec());
        }
        let query = PageQuery {
            after: Some(number * PAGE),
            limit: PAGE as usize,
            ..PageQuery::default()
        };
        let events = self
            .with(|reader| reader.page(adw_id, &query))?
            .map(|page| page.events)
            .unwrap_or_default();
        let page = Arc::new(events);
        if page.len() as u64 == PAGE {
            self.keep(key, &page);
        }
        Ok(page.get(skip..).map(<[String]>::to_vec).unwrap_or_default())
    }

    fn find(&self, key: &(AdwId, u64)) -> Option<SharedPage> {
        lock(&self.kept)
            .pages
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, page)| Arc::clone(page))
    }

    fn keep(&self, key: (AdwId, u64), page: &SharedPage) {
        let size = |page: &SharedPage| page.iter().map(String::len).sum::<usize>();
        let mut kept = lock(&self.kept);
        kept.bytes += size(page);
        kept.pages.push_back((key, Arc::clone(page)));
        while kept.bytes > KEPT_BYTES {
            let Some((_, oldest)) = kept.pages.pop_front() else {
                return;
            };
            kept.bytes -= size(&oldest);
        }
    }
}
