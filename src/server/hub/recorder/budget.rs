//! How many bytes may wait to be recorded, whoever waits: a task is suspended, a thread is parked.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Counted in so many bytes, since a semaphore has fewer permits than a large machine has bytes.
const GRAIN_BYTES: usize = 1024;

/// See the module. Room is given in the order in which it was asked for.
pub struct Budget {
    grains: Arc<Semaphore>,
    all: u32,
}

/// Room for what waits, free again when it is dropped.
pub struct Room {
    _grains: Option<OwnedSemaphorePermit>,
}

impl Budget {
    pub fn new(bytes: usize) -> Self {
        let all = u32::try_from(bytes / GRAIN_BYTES).unwrap_or(u32::MAX);
        Self {
            grains: Arc::new(Semaphore::new(all as usize)),
            all,
        }
    }

    /// What is larger than the whole budget waits until it is alone.
    pub async fn take(&self, bytes: usize) -> Room {
        let wanted = u32::try_from(bytes / GRAIN_BYTES + 1).unwrap_or(u32::MAX);
        let grains = Arc::clone(&self.grains).acquire_many_owned(wanted.min(self.all));
        // The semaphore is never closed, so there is always a permit.
        Room {
            _grains: grains.await.ok(),
        }
    }

    /// The same for a thread.
    pub fn take_blocking(&self, bytes: usize) -> Room {
        block_on(self.take(bytes))
    }
}

/// Parks the thread until the future is done. Needs no runtime, which a thread that reads files does not have.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(done) => return done,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    const SHORT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn a_thread_waits_for_the_room_that_a_task_has() {
        let budget = Arc::new(Budget::new(100 * GRAIN_BYTES));
        let room = budget.take(60 * GRAIN_BYTES).await;
        let (told, taken) = mpsc::channel();
        let thread = thread::spawn({
            let budget = Arc::clone(&budget);
            move || {
                let _room = budget.take_blocking(60 * GRAIN_BYTES);
                told.send(()).expect("somebody listens");
            }
        });
        assert!(taken.recv_timeout(SHORT).is_err(), "there is no room for both");
        drop(room);
        assert!(taken.recv_timeout(LONG).is_ok());
        thread.join().expect("it ends well");
    }

    #[tokio::test]
    async fn a_task_waits_for_the_room_that_a_thread_has() {
        let budget = Arc::new(Budget::new(100 * GRAIN_BYTES));
        let blocking = Arc::clone(&budget);
        let taken = tokio::task::spawn_blocking(move || blocking.take_blocking(60 * GRAIN_BYTES));
        let room = taken.await.expect("it ends well");
        let waited = tokio::time::timeout(SHORT, budget.take(60 * GRAIN_BYTES)).await;
        assert!(waited.is_err(), "there is no room for both");
        drop(room);
        budget.take(60 * GRAIN_BYTES).await;
    }

    #[tokio::test]
    async fn what_is_larger_than_all_the_room_is_taken_when_it_is_alone() {
        let budget = Budget::new(10 * GRAIN_BYTES);
        drop(budget.take(usize::MAX).await);
        drop(budget.take_blocking(1_000 * GRAIN_BYTES));
    }
}
