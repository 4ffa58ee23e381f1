//! Everything that crosses the floors, in one binary: linking once is what takes the time.

#[path = "it/harness.rs"]
mod harness;
#[path = "it/invent.rs"]
mod invent;

#[path = "it/command.rs"]
mod command;
#[path = "it/compression.rs"]
mod compression;
#[path = "it/demo.rs"]
mod demo;
#[path = "it/disk.rs"]
mod disk;
#[path = "it/export.rs"]
mod export;
#[path = "it/files.rs"]
mod files;
#[path = "it/fold.rs"]
mod fold;
#[path = "it/golden.rs"]
mod golden;
#[path = "it/guide.rs"]
mod guide;
#[path = "it/hooks.rs"]
mod hooks;
#[path = "it/house.rs"]
mod house;
#[path = "it/hub.rs"]
mod hub;
#[path = "it/ingest.rs"]
mod ingest;
#[path = "it/inputs.rs"]
mod inputs;
#[path = "it/journal.rs"]
mod journal;
#[path = "it/limits.rs"]
mod limits;
#[path = "it/media.rs"]
mod media;
#[path = "it/older.rs"]
mod older;
#[path = "it/openapi.rs"]
mod openapi;
#[path = "it/pages.rs"]
mod pages;
#[path = "it/plain.rs"]
mod plain;
#[path = "it/protocol.rs"]
mod protocol;
#[path = "it/publisher.rs"]
mod publisher;
#[path = "it/replay.rs"]
mod replay;
#[path = "it/rest.rs"]
mod rest;
#[path = "it/resume.rs"]
mod resume;
#[path = "it/retention.rs"]
mod retention;
#[path = "it/run.rs"]
mod run;
#[path = "it/samples.rs"]
mod samples;
#[path = "it/search.rs"]
mod search;
#[path = "it/sleep.rs"]
mod sleep;
#[path = "it/socket.rs"]
mod socket;
#[path = "it/sources.rs"]
mod sources;
#[path = "it/tail.rs"]
mod tail;
#[path = "it/together.rs"]
mod together;
#[path = "it/truth.rs"]
mod truth;
#[path = "it/vendors.rs"]
mod vendors;
