//! Polls a future again at once when it has woken itself, without its task going through the scheduler.
//!
//! A request's body and its handler are two halves of one connection, and wake one another while they are polled. Each such wake
//! would put the task into the queue and rouse another thread to help with it, which finds nothing to do and goes to sleep again.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Who wakes itself more often than this in a row lets others have their turn.
const AT_ONCE: usize = 16;

/// Nobody polls it; a wake is for the task.
const IDLE: u8 = 0;
const POLLED: u8 = 1;
/// It was woken while it was polled.
const WOKEN: u8 = 2;

/// Stands between a future and its task.
struct Relay {
    state: AtomicU8,
    task: Mutex<Waker>,
}

/// Runs the future to its end; see the module.
pub async fn poll_again<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let relay = Arc::new(Relay {
        state: AtomicU8::new(IDLE),
        task: Mutex::new(Waker::noop().clone()),
    });
    let waker = Waker::from(Arc::clone(&relay));
    poll_fn(move |cx| {
        relay.set_task(cx.waker());
        for _ in 0..AT_ONCE {
            relay.state.store(POLLED, Ordering::SeqCst);
            let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
            let before = relay.state.swap(IDLE, Ordering::SeqCst);
            if polled.is_ready() || before != WOKEN {
                return polled;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

impl Relay {
    fn set_task(&self, waker: &Waker) {
        self.task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone_from(waker);
    }
}

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let polled = self
            .state
            .compare_exchange(POLLED, WOKEN, Ordering::SeqCst, Ordering::SeqCst);
        if polled == Err(IDLE) {
            let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).clone();
            task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl Wake for Counting {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Polls once with a task that counts how often it is woken.
    fn poll_once<T>(future: impl Future<Output = T>, woken: &Arc<Counting>) -> Poll<T> {
        let waker = Waker::from(Arc::clone(woken));
        pin!(poll_again(future)).poll(&mut Context::from_waker(&waker))
    }

    /// Wakes itself so many times before it is done.
    fn waking(times: usize) -> impl Future<Output = usize> {
        let mut polls = 0;
        poll_fn(move |cx| {
            polls += 1;
            if polls > times {
                return Poll::Ready(polls);
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
    }

    #[test]
    fn who_wakes_itself_is_polled_again_and_its_task_hears_nothing() {
        let woken = Arc::<Counting>::default();
        assert_eq!(poll_once(waking(5), &woken), Poll::Ready(6));
        assert_eq!(woken.0.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn who_wakes_itself_for_ever_lets_others_have_their_turn() {
        let woken = Arc::<Counting>::default();
        assert_eq!(poll_once(waking(usize::MAX), &woken), Poll::Pending);
        assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_wake_from_elsewhere_reaches_the_task() {
        for _ in 0..1_000 {
            let (answer, question) = tokio::sync::oneshot::channel();
            let other = std::thread::spawn(move || answer.send(7));
            assert_eq!(poll_again(question).await, Ok(7));
            assert_eq!(other.join().expect("it ends well"), Ok(()));
        }
    }
}
