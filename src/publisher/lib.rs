//! What a workflow uses to tell adwatch what it does, without being slowed, broken or made to wait by it.
//!
//! A call writes one line into a file on this machine and returns; a thread beside it, the courier, sends. So what was handed
//! over outlives the process, an outage of the server, and both at once. Nothing here panics or prints, and an event that had
//! to go because there was no room is counted and told.
//!
//! ```no_run
//! # mod adwatch { pub use adwatch_publisher as publisher; }
//! use adwatch::publisher::Notifier;
//! use serde_json::json;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // ADWATCH_URL, ADWATCH_TOKEN, ADWATCH_ADW_ID … say where to and whose; ADWATCH_DISABLED=1 switches it off.
//! let notifier = Notifier::from_env().for_workflow("c0a43f47").for_agent("sdlc_planner");
//! notifier.notify_start("an issue to solve");
//! {
//!     let _stage = notifier.stage("plan");
//!     let tool = notifier.tool("Bash", json!({"command": "cargo test"}));
//!     tool.output("214 passed");
//!     notifier.save_state("agents/c0a43f47", json!({"plan_file": "specs/plan.md"}))?;
//! } // The stage is completed here; had it been left by a panic, it would have failed.
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
pub use calls::{Stage, Status, ToolExecution};
pub use guard::{StageGuard, ToolGuard};
pub use notifier::Notifier;
pub use state_file::StateError;
