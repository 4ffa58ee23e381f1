//! What the handlers of all routes share.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use tokio::sync::Semaphore;

use crate::api;
use crate::assets::Assets;
use crate::config::Config;
use crate::hub::Hub;
use crate::socket::ticker::Ticker;

/// Cheap to copy; one per server.
#[derive(Clone)]
pub struct Shared {
    pub config: Arc<Config>,
    pub hub: Arc<Hub>,
    pub assets: Assets,
    pub ticker: Arc<Ticker>,
    /// Open WebSockets.
    pub viewers: Arc<AtomicUsize>,
    /// A permit for each export or filtered page that may read from the journal at the same time.
    pub long_reads: Arc<Semaphore>,
    /// The same for searches that count.
    pub counts: Arc<Semaphore>,
}

impl Shared {
    /// Starts the ticker.
    pub fn new(config: Arc<Config>, hub: Arc<Hub>, assets: Assets) -> Self {
        Self {
            ticker: Arc::new(Ticker::start(config.server.heartbeat)),
            config,
            hub,
            assets,
            viewers: Arc::default(),
            long_reads: Arc::new(Semaphore::new(api::LONG_READS)),
            counts: Arc::new(Semaphore::new(api::COUNTS)),
        }
    }
}
