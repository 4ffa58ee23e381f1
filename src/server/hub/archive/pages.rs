//! Reading the journal for many at once: a few connections, and pages kept, so that a storm of reconnects reads each once.
//!
//! Whoever needs a page that is being read waits for it, and all who take it whole share one frame.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, OnceLock};

use crate::hub::{Frame, lock};
use domain::adw_id::AdwId;
use journal::{JournalError, PageQuery, Reader};

/// Events of a kept page.
const PAGE: u64 = 256;
const KEPT_BYTES: usize = 16 * 1024 * 1024;
/// Also of small pages only so many are kept.
const KEPT_PAGES: usize = 4_096;

type Key = (AdwId, u64);
/// Locked while the page is read.
type Slot = Arc<Mutex<Option<Arc<CachedPage>>>>;

/// The reading side of the journal, shared.
pub struct Pages {
    readers: Mutex<Vec<Box<dyn Reader>>>,
    returned: Condvar,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    slots: HashMap<Key, (Slot, usize)>,
    /// The keys, the one that was asked for first in front.
    order: VecDeque<Key>,
    bytes: usize,
}

/// Some events of a workflow that lie side by side. The last page of a workflow grows; then it is read again.
pub struct CachedPage {
    adw_id: AdwId,
    from: u64,
    texts: Vec<String>,
    /// All of it, for those who need no other beginning and no other head.
    whole: OnceLock<Frame>,
}

impl CachedPage {
    fn to(&self) -> u64 {
        self.from + self.texts.len() as u64 - 1
    }

    fn has_after(&self, seq: u64) -> bool {
        !self.texts.is_empty() && self.from <= seq + 1 && self.to() > seq
    }

    /// The events after a seq, which must lie in here, and the last of them. `head` is the newest that was published: what was
    /// committed beyond it comes when it is, or a viewer that resumes would be ahead of the head. It is named where it lies
    /// further on; exact only where that `matters`, because a frame that is shared was made a moment ago.
    pub fn frame_after(&self, seq: u64, head: u64, matters: bool) -> (u64, Frame) {
        let to = self.to().min(head.max(seq + 1));
        let skip = (seq + 1 - self.from) as usize;
        let encode = || {
            let texts = self.texts[skip..=(to - self.from) as usize].iter().map(String::as_str);
            Frame::of_events(&self.adw_id, seq + 1, to, Some(head).filter(|head| *head > to), texts)
        };
        let frame = if skip == 0 && to == self.to() && !matters {
            self.whole.get_or_init(encode).clone()
        } else {
            encode()
        };
        (to, frame)
    }
}

impl Pages {
    pub fn new(readers: Vec<Box<dyn Reader>>) -> Self {
        Self {
            readers: Mutex::new(readers),
            returned: Condvar::new(),
            kept: Mutex::default(),
        }
    }

    /// Lends a connection; blocks until one is free.
    pub fn with<T>(&self, read: impl FnOnce(&mut dyn Reader) -> T) -> T {
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

    /// The page with the event after a seq, if it is in memory and nobody reads it just now.
    pub fn known_after(&self, adw_id: &AdwId, seq: u64) -> Option<Arc<CachedPage>> {
        let slot = lock(&self.kept)
            .slots
            .get(&(adw_id.clone(), seq / PAGE))
            .map(|(slot, _)| Arc::clone(slot))?;
        let page = slot.try_lock().ok()?.clone();
        page.filter(|page| page.has_after(seq))
    }

    /// The page with the event after a seq; none if it was removed. Blocks.
    pub fn after(&self, adw_id: &AdwId, seq: u64) -> Result<Option<Arc<CachedPage>>, JournalError> {
        let key = (adw_id.clone(), seq / PAGE);
        let slot = self.slot(&key);
        let mut page = lock(&slot);
        if let Some(page) = page.as_ref().filter(|page| page.has_after(seq)) {
            return Ok(Some(Arc::clone(page)));
        }
        let query = PageQuery {
            after: Some(key.1 * PAGE),
            limit: PAGE as usize,
            ..PageQuery::default()
        };
        let read = self
            .with(|reader| reader.page(adw_id, &query, &|| true))?
            .unwrap_or_default();
        let from = read.first.max(key.1 * PAGE + 1);
        if from > seq + 1 {
            return Ok(None);
        }
        let read = Arc::new(CachedPage {
            adw_id: adw_id.clone(),
            from,
            // A page begins where what is kept begins; it may end before the next one does.
            texts: read
                .events
                .into_iter()
                .take((key.1 * PAGE + PAGE + 1 - from) as usize)
                .collect(),
            whole: OnceLock::new(),
        });
        if !read.has_after(seq) {
            return Err(JournalError::Read(format!("event {} of {adw_id} is missing", seq + 1)));
        }
        *page = Some(Arc::clone(&read));
        drop(page);
        self.weigh(&key, &read);
        Ok(Some(read))
    }

    fn slot(&self, key: &Key) -> Slot {
        let mut kept = lock(&self.kept);
        if let Some((slot, _)) = kept.slots.get(key) {
            return Arc::clone(slot);
        }
        let slot = Slot::default();
        kept.slots.insert(key.clone(), (Arc::clone(&slot), 0));
        kept.order.push_back(key.clone());
        slot
    }

    /// Counts what a page weighs, its frame included, and drops the oldest that are too much.
    fn weigh(&self, key: &Key, page: &CachedPage) {
        let bytes = 2 * page.texts.iter().map(String::len).sum::<usize>();
        let mut kept = lock(&self.kept);
        if let Some((_, weight)) = kept.slots.get_mut(key) {
            let before = std::mem::replace(weight, bytes);
            kept.bytes = kept.bytes + bytes - before;
        }
        while kept.bytes > KEPT_BYTES || kept.order.len() > KEPT_PAGES {
            let Some(oldest) = kept.order.pop_front() else { return };
            if let Some((_, weight)) = kept.slots.remove(&oldest) {
                kept.bytes -= weight;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::{Map, Value};

    use super::*;
    use domain::media_name::MediaName;
    use domain::timeline::Timeline;
    use journal::{Found, Page, Part, Tail};

    /// A journal whose events are their numbers, which counts how often it is read.
    struct Counting {
        head: u64,
        first: u64,
        reads: Arc<AtomicUsize>,
    }

    impl Reader for Counting {
        fn page(&mut self, _: &AdwId, query: &PageQuery, _: &dyn Fn() -> bool) -> Result<Option<Page>, JournalError> {
            self.reads.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(std::time::Duration::from_millis(5));
            let from = (query.after.unwrap_or(0) + 1).max(self.first);
            let to = self.head.min(from + query.limit as u64 - 1);
            Ok(Some(Page {
                events: (from..=to).map(|seq| seq.to_string()).collect(),
                head: self.head,
                first: self.first,
            }))
        }

        fn workflows(&mut self) -> Result<Vec<journal::KnownWorkflow>, JournalError> {
            Ok(Vec::new())
        }

        fn checkpoint(&mut self, _: &AdwId) -> Result<Option<Timeline>, JournalError> {
            Ok(None)
        }

        fn part(&mut self, _: &AdwId, _: &PageQuery, _: usize) -> Result<Option<Part>, JournalError> {
            Ok(None)
        }

        fn search(&mut self, _: &AdwId, _: &PageQuery, _: &dyn Fn() -> bool) -> Result<Option<Found>, JournalError> {
            Ok(None)
        }

        fn event(&mut self, _: &AdwId, _: u64) -> Result<Option<String>, JournalError> {
            Ok(None)
        }

        fn document(&mut self, _: &AdwId) -> Result<Option<Map<String, Value>>, JournalError> {
            Ok(None)
        }

        fn referrers(&mut self, _: &MediaName) -> Result<Vec<AdwId>, JournalError> {
            Ok(Vec::new())
        }

        fn tails(&mut self, _: Option<&AdwId>) -> Result<Vec<Tail>, JournalError> {
            Ok(Vec::new())
        }
    }

    fn pages(head: u64, first: u64) -> (Pages, Arc<AtomicUsize>) {
        let reads = Arc::new(AtomicUsize::new(0));
        let reader = || -> Box<dyn Reader> {
            Box::new(Counting {
                head,
                first,
                reads: Arc::clone(&reads),
            })
        };
        (Pages::new(vec![reader(), reader()]), reads)
    }

    /// The numbers of the events in a frame.
    fn numbers(frame: &Frame) -> Vec<u64> {
        let frame: Value = serde_json::from_str(frame).expect("a frame");
        let list = frame["data"]["list"].as_array().expect("a list");
        list.iter().filter_map(Value::as_u64).collect()
    }

    #[test]
    fn a_storm_reads_each_page_once_and_everybody_gets_every_event() {
        let (pages, reads) = pages(1_000, 1);
        let adw_id: AdwId = "a".parse().expect("a safe id");
        std::thread::scope(|scope| {
            for viewer in 0..50_u64 {
                let (pages, adw_id) = (&pages, &adw_id);
                scope.spawn(move || {
                    let mut cursor = viewer * 7;
                    let mut seen = Vec::new();
                    while cursor < 1_000 {
                        let page = pages.after(adw_id, cursor).expect("read").expect("kept");
                        let (to, frame) = page.frame_after(cursor, 1_000, seen.is_empty());
                        seen.extend(numbers(&frame));
                        cursor = to;
                    }
                    assert_eq!(seen, (viewer * 7 + 1..=1_000).collect::<Vec<_>>());
                });
            }
        });
        assert_eq!(reads.load(Ordering::SeqCst), 4, "1,000 events are four pages");
        let page = pages.known_after(&adw_id, 256).expect("in memory");
        let frame = |head| page.frame_after(256, head, false).1.as_bytes().as_ptr();
        assert_eq!(frame(1_000), frame(1_001), "one frame for all");
    }

    #[test]
    fn what_was_removed_is_told_from_what_is_kept() {
        let (pages, _) = pages(1_000, 300);
        let adw_id: AdwId = "a".parse().expect("a safe id");
        assert!(pages.after(&adw_id, 0).expect("read").is_none());
        assert!(pages.after(&adw_id, 298).expect("read").is_none());
        let page = pages.after(&adw_id, 299).expect("read").expect("kept");
        let (to, frame) = page.frame_after(299, 1_000, false);
        assert_eq!((to, numbers(&frame)), (512, (300..=512).collect()));
    }

    #[test]
    fn the_last_page_is_read_again_only_for_what_it_lacks() {
        let (pages, reads) = pages(300, 1);
        let adw_id: AdwId = "a".parse().expect("a safe id");
        for seq in [256, 270, 299] {
            assert!(pages.after(&adw_id, seq).expect("read").is_some());
        }
        assert_eq!(reads.load(Ordering::SeqCst), 1);
        assert!(pages.after(&adw_id, 300).is_err(), "there is no event 301");
        assert_eq!(reads.load(Ordering::SeqCst), 2);
    }
}
