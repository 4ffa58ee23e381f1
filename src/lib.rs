//! adwatch shows, live and without gaps, what every agent of every AI Developer Workflow is doing.
//!
//! The command line, with the page inside. The other floors are crates in the folders beside this file; ARCHITECTURE.md
//! says what each is for. A workflow written in Rust uses [`publisher`].

mod assets;
pub mod command;

pub use publisher;
