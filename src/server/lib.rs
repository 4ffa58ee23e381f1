//! The server: it records what workflows do and shows it in the browser.

pub mod accept;
pub mod access;
pub mod api;
pub mod assets;
pub mod clock;
mod compression;
pub mod config;
pub mod connection;
mod deflate;
pub mod error;
pub mod hub;
pub mod import;
pub mod ingest;
pub mod local_time;
mod metrics;
mod older;
pub mod openapi;
pub mod pages;
mod poll_again;
pub mod run;
pub mod shared;
pub mod socket;
mod spools;
pub mod watcher;

pub use run::{Server, StartError, open_hub, run};
