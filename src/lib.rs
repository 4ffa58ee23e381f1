//! adwatch shows, live and without gaps, what every agent of every AI Developer Workflow is doing.
//!
//! Four floors, each knowing only those below it: `domain` ← `ui` ← `server`, `browser`.
//! `publisher` and `demo` stand beside `server`, on `domain` alone; `command` stands on `publisher`. The gates here are the only feature gates of the house.

// A page is one type made of all its elements; the compiler's usual limit is too low for it.
#![recursion_limit = "256"]

pub mod domain;
pub mod ui;

#[cfg(feature = "hydrate")]
pub mod browser;
#[cfg(feature = "ssr")]
pub mod command;
#[cfg(feature = "ssr")]
pub mod demo;
#[cfg(feature = "ssr")]
pub mod publisher;
#[cfg(feature = "ssr")]
pub mod server;
