//! What adwatch knows about workflows: pure data and functions, without clock, I/O or randomness.

pub mod adw_id;
pub mod backoff;
pub mod card;
pub mod dialect;
pub mod diff;
pub mod draft;
pub mod entry;
pub mod event;
pub mod excerpt;
pub mod execution_log;
pub mod follow;
pub mod frame;
pub mod key;
pub mod known;
pub mod latest;
pub mod lines;
pub mod link;
pub mod payload;
pub mod push;
pub mod redaction;
pub mod stage;
pub mod state_diff;
pub mod status;
pub mod timeline;
pub mod timestamp;
pub mod usage;
