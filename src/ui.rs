//! Components that draw a store: no socket, no fetch, no clock.

pub mod app;
pub mod store;
