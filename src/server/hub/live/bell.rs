//! Wakes a connection when one of its subscriptions may have something. A doorbell only: what there is says the cursor.

use std::sync::Arc;

use tokio::sync::Notify;

/// One per connection; cheap to copy.
#[derive(Clone, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns once it was rung since the last return.
    pub async fn rung(&self) {
        self.0.notified().await;
    }

    pub fn ring(&self) {
        self.0.notify_one();
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
