//! Turns input from outside into drafts: the dialects of streams, pushed bodies, hooks, logs and state documents.
//!
//! Pure: the input and its time are arguments. Only redacted values become drafts.

pub mod dialect;
pub mod diff;
pub mod execution_log;
pub mod item;
pub mod line_key;
pub mod lines;
pub mod phase_order;
pub mod place;
pub mod push;
pub mod reading;
pub mod stream;
pub mod time_zone;
