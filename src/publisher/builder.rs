//! Builds a notifier from the environment and explicit settings, which take precedence.

use std::path::PathBuf;
use std::sync::Arc;

use super::client::PushClient;
use super::courier::Courier;
use super::destination::DestinationError;
use super::handover::Handover;
use super::notifier::{Notifier, Outlet};
use super::settings::Settings;
use super::spool::Spool;

/// The settings of a [`Notifier`].
#[derive(Clone, Debug)]
pub struct Builder(Settings);

impl Builder {
    pub(super) fn new(settings: Settings) -> Self {
        Self(settings)
    }

    /// The server.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.0.url = url.into();
        self
    }

    /// Sent with every request.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.0.token = Some(token.into());
        self
    }

    /// The workflow of events that name none.
    #[must_use]
    pub fn adw_id(mut self, adw_id: impl Into<String>) -> Self {
        self.0.adw_id = Some(adw_id.into());
        self
    }

    /// The agent of events that name none.
    #[must_use]
    pub fn agent(mut self, agent: impl Into<String>) -> Self {
        self.0.agent = Some(agent.into());
        self
    }

    /// The folder in which events wait, with a folder for each server.
    #[must_use]
    pub fn spool(mut self, folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        self.0.spool = std::path::absolute(&folder).unwrap_or(folder);
        self
    }

    /// How much may wait for one server, in bytes.
    #[must_use]
    pub fn spool_bytes(mut self, bytes: u64) -> Self {
        self.0.spool_bytes = bytes;
        self
    }

    /// Switches it off: nothing is written or sent.
    #[must_use]
    pub fn disabled(mut self, is_disabled: bool) -> Self {
        self.0.is_disabled = is_disabled;
        self
    }

    /// Starts it. It fails only if the URL is invalid.
    pub fn build(self) -> Result<Notifier, DestinationError> {
        let Self(settings) = self;
        let destination = settings.destination()?;
        let outlet = (!settings.is_disabled).then(|| {
            let spool = Spool::new(settings.spool.join(destination.folder()));
            let handover = Arc::new(Handover::new(spool, settings.spool_bytes));
            let courier = {
                let handover = Arc::clone(&handover);
                let token = settings.token.clone();
                let limit_bytes = settings.spool_bytes;
                move || {
                    let client = PushClient::new(&destination, token.as_deref());
                    Courier::of(handover, client, limit_bytes).run();
                }
            };
            let thread = std::thread::Builder::new().name("adwatch-courier".into()).spawn(courier);
            if let Err(error) = thread {
                tracing::warn!(%error, "cannot start a thread; events wait in the spool until another process sends them");
                handover.end();
            }
            Arc::new(Outlet::new(handover))
        });
        Ok(Notifier::new(outlet, settings.adw_id, settings.agent, settings.stage))
    }
}
