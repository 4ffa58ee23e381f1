//! What was recorded, for whoever looks back: pages, whole events, searches, pictures, files and documents.
//!
//! A few connections read the journal for all, and never wait for the writer. Everything in here blocks.

pub(super) mod pages;

use serde_json::{Map, Value};

use domain::adw_id::AdwId;
use domain::media_name::MediaName;
use journal::media::Media;
use journal::{Found, Journal, JournalError, Page, PageQuery, Part, Tail};
use pages::Pages;

/// Connections that read: two for exports and filters, two for searches, two for pages and for those that fell behind.
const READERS: usize = 6;

/// See the module. One per journal.
pub struct Archive {
    pub(super) pages: Pages,
    media: Media,
}

impl Archive {
    pub(super) fn open(journal: &dyn Journal) -> Result<Self, JournalError> {
        let readers = (0..READERS).map(|_| journal.reader()).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            pages: Pages::new(readers),
            media: journal.media(),
        })
    }

    /// Events by their seq, filtered or not; none without the workflow. Ends early once nobody wants it.
    pub fn page(
        &self,
        adw_id: &AdwId,
        query: &PageQuery,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Page>, JournalError> {
        self.pages.with(|reader| reader.page(adw_id, query, is_wanted))
    }

    /// Counts the events that match, and names the newest of them; ends early once nobody wants it.
    pub fn search(
        &self,
        adw_id: &AdwId,
        query: &PageQuery,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Found>, JournalError> {
        self.pages.with(|reader| reader.search(adw_id, query, is_wanted))
    }

    /// Some events with their whole payloads.
    pub fn part(&self, adw_id: &AdwId, query: &PageQuery, enough_bytes: usize) -> Result<Option<Part>, JournalError> {
        self.pages.with(|reader| reader.part(adw_id, query, enough_bytes))
    }

    /// One event with its whole payload.
    pub fn event(&self, adw_id: &AdwId, seq: u64) -> Result<Option<String>, JournalError> {
        self.pages.with(|reader| reader.event(adw_id, seq))
    }

    /// The state document as last read or pushed.
    pub fn document(&self, adw_id: &AdwId) -> Result<Option<Map<String, Value>>, JournalError> {
        self.pages.with(|reader| reader.document(adw_id))
    }

    /// What was read of a workflow's files, every run of each.
    pub fn sources(&self, adw_id: &AdwId) -> Result<Vec<Tail>, JournalError> {
        self.pages.with(|reader| reader.tails(Some(adw_id)))
    }

    /// How far every file was read, in its newest run.
    pub fn tails(&self) -> Result<Vec<Tail>, JournalError> {
        self.pages.with(|reader| reader.tails(None))
    }

    /// The workflows that tell of the picture.
    pub fn referrers(&self, name: &MediaName) -> Result<Vec<AdwId>, JournalError> {
        self.pages.with(|reader| reader.referrers(name))
    }

    /// The bytes of a picture; none if it is not here.
    pub fn picture(&self, name: &MediaName) -> Result<Option<Vec<u8>>, JournalError> {
        let read = self.media.read(name);
        read.map_err(|error| JournalError::Read(format!("{name}: {error}")))
    }
}
