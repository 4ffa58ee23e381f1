//! How a workflow reports to adwatch what it does, without being slowed down, broken or kept waiting.
//!
//! A call writes one line to a file on this machine and returns; a separate thread, the courier, sends it. So an event that
//! was handed over survives the end of the process, an outage of the server, and both at once. Nothing here panics or prints,
//! and events that had to be dropped for lack of space are counted and reported.
//!
//! ```no_run
//! # mod adwatch { pub use adwatch_publisher as publisher; }
//! use adwatch::publisher::Notifier;
//! use serde_json::json;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // ADWATCH_URL, ADWATCH_TOKEN, ADWATCH_ADW_ID … set server and workflow; ADWATCH_DISABLED=1 switches it off.
//! let notifier = Notifier::from_env().for_workflow("c0a43f47").for_agent("sdlc_planner");
//! notifier.notify_start("an issue to solve");
//! {
//!     let _stage = notifier.stage("plan");
//!     let tool = notifier.tool("Bash", json!({"command": "cargo test"}));
//!     tool.output("214 passed");
//!     notifier.save_state("agents/c0a43f47", json!({"plan_file": "specs/plan.md"}))?;
//! } // The stage is completed here; after a panic it would have failed.
//! notifier.notify_complete("done");
//! # Ok(())
//! # }
//! ```

mod builder;
mod calls;
pub mod client;
pub mod clock;
pub mod courier;
pub mod destination;
mod event_ids;
mod guard;
mod handover;
pub mod leaving;
pub mod line;
mod notifier;
pub mod settings;
pub mod spool;
mod state_file;

pub use builder::Builder;
// Workflows say it as `Status`, which within adwatch is the one that is derived.
pub use calls::{ReportedStatus as Status, Stage, ToolExecution};
pub use guard::{StageGuard, ToolGuard};
pub use notifier::Notifier;
pub use state_file::StateError;
