//! The public interface of a publisher: hand an event over and carry on.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::builder::Builder;
use super::guard::{StageGuard, ToolGuard};
use super::handover::Handover;
use super::line;
use super::settings::Settings;
use super::state_file::{self, StateError};

/// How long the end of a process waits for the last events to be sent, if the server accepts them.
const LAST_WAIT: Duration = Duration::from_millis(500);

/// Hands events over to adwatch; cheap to clone. See the [module](super).
///
/// When the last clone is dropped, what is left is sent within half a second if the server answers, and otherwise stays in the spool
/// for the next process.
#[derive(Clone, Debug)]
pub struct Notifier {
    /// None if it is switched off.
    outlet: Option<Arc<Outlet>>,
    adw_id: Option<Arc<str>>,
    agent: Option<Arc<str>>,
    stage: Option<Arc<str>>,
}

/// What all clones share.
#[derive(Debug)]
pub(super) struct Outlet {
    handover: Arc<Handover>,
    has_warned: AtomicBool,
}

impl Outlet {
    pub(super) fn new(handover: Arc<Handover>) -> Self {
        Self {
            handover,
            has_warned: AtomicBool::new(false),
        }
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.handover.close(LAST_WAIT);
    }
}

impl Notifier {
    pub(super) fn new(
        outlet: Option<Arc<Outlet>>,
        adw_id: Option<String>,
        agent: Option<String>,
        stage: Option<String>,
    ) -> Self {
        Self {
            outlet,
            adw_id: adw_id.map(Arc::from),
            agent: agent.map(Arc::from),
            stage: stage.map(Arc::from),
        }
    }

    /// A builder with the settings from the environment.
    pub fn builder() -> Builder {
        Builder::new(Settings::from_env())
    }

    /// A notifier with the settings from the environment. It never fails: if `ADWATCH_URL` is invalid, it is switched off and logs that.
    pub fn from_env() -> Self {
        Self::builder().build().unwrap_or_else(|error| {
            tracing::warn!(%error, "publishing nothing");
            Self::new(None, None, None, None)
        })
    }

    /// The same publisher for another workflow.
    #[must_use]
    pub fn for_workflow(&self, adw_id: &str) -> Self {
        Self {
            adw_id: Some(adw_id.into()),
            ..self.clone()
        }
    }

    /// The same publisher for another agent of the workflow.
    #[must_use]
    pub fn for_agent(&self, agent: &str) -> Self {
        Self {
            agent: Some(agent.into()),
            ..self.clone()
        }
    }

    /// The workflow of events that name none.
    pub fn adw_id(&self) -> Option<&str> {
        self.adw_id.as_deref()
    }

    /// The stage that `ADWATCH_STAGE` names.
    pub fn current_stage(&self) -> Option<&str> {
        self.stage.as_deref()
    }

    /// Whether events go anywhere.
    pub fn is_enabled(&self) -> bool {
        self.outlet.is_some()
    }

    /// Hands one item over, in the form described in `docs/protocol.md`. A missing `event_id`, `timestamp`, `adw_id` or `agent` is
    /// added; secrets are removed.
    pub fn send(&self, mut item: Value) {
        let begun = Instant::now();
        let Some(outlet) = &self.outlet else { return };
        let is_hook = item.get("type").and_then(Value::as_str) == Some("hook");
        if let Some(fields) = line::fields(&mut item) {
            for (name, known) in [("adw_id", &self.adw_id), ("agent", &self.agent)] {
                if let Some(known) = known
                    && fields.get(name).is_none_or(Value::is_null)
                {
                    fields.insert(name.to_owned(), (**known).into());
                }
            }
        }
        // The workflow of a hook is found by its session.
        if !is_hook && line::adw_id(&item).is_none() {
            if !outlet.has_warned.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    "an event names no workflow and was not published; set ADWATCH_ADW_ID or use for_workflow"
                );
            }
            return;
        }
        outlet.handover.take(item, begun);
    }

    /// Hands over an event of this workflow and agent.
    pub(super) fn publish(&self, kind: &str, event_type: &str, payload: Value) {
        if self.outlet.is_some() {
            // Built by hand, because json! would copy the payload.
            let data = Map::from_iter([
                ("event_type".to_owned(), event_type.into()),
                ("payload".to_owned(), payload),
            ]);
            let item = [("type".to_owned(), kind.into()), ("data".to_owned(), data.into())];
            self.send(Map::from_iter(item).into());
        }
    }

    /// Reports that a stage started. The returned guard reports how it ended when it is dropped.
    pub fn stage(&self, name: &str) -> StageGuard {
        StageGuard::begin(self.clone(), name)
    }

    /// Reports that a tool was called. The returned guard reports its end when it is dropped.
    pub fn tool(&self, name: &str, input: Value) -> ToolGuard {
        ToolGuard::begin(self.clone(), name, input)
    }

    /// Writes fields of a state document, and reports what changed.
    ///
    /// `place` is the document or the folder of its `adw_state.json`. Fields that are not given stay. The file is replaced as a
    /// whole, so that no reader sees half of it. Unlike everything else here this can fail, because a workflow needs its state.
    pub fn save_state(&self, place: impl AsRef<Path>, fields: Value) -> Result<(), StateError> {
        let saved = state_file::save(place.as_ref(), fields)?;
        if saved.changes.is_empty() {
            return Ok(());
        }
        let payload = json!({"changed": saved.changes, "source": saved.file});
        let notifier = match (&self.adw_id, saved.adw_id) {
            (None, Some(adw_id)) => self.for_workflow(&adw_id),
            (Some(_), _) | (None, None) => self.clone(),
        };
        notifier.publish("agent_state_update", "state_change", payload);
        Ok(())
    }

    /// Waits until the server has everything that was handed over; false if that took longer than `time`.
    pub fn flush(&self, time: Duration) -> bool {
        self.outlet.as_ref().is_none_or(|outlet| outlet.handover.flush(time))
    }

    /// Sends what is left, within half a second if the server answers. Events that are handed over afterwards stay in the spool.
    pub fn close(&self) {
        if let Some(outlet) = &self.outlet {
            outlet.handover.close(LAST_WAIT);
        }
    }
}
