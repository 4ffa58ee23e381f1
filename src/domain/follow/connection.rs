//! The socket's life: when to open it, how long to trust its silence, when to try again.

use crate::backoff;

/// From opening to hello.
const HELLO_MS: u64 = 5_000;
/// From a ping to any frame.
const ANSWER_MS: u64 = 3_000;
/// A connection that lasted this long was a good one, so the next attempt comes soon.
const LASTED_MS: u64 = 5_000;
/// While polling works, the WebSocket is tried again after half of this time to all of it.
const SOCKET_RETRY_MS: u64 = 30_000;
/// Attempts without a hello after which WebSocket counts as blocked: on a page that never had one, and on one that had.
const BLOCKED_AFTER: (u32, u32) = (2, 5);
const USUAL_HEARTBEAT_MS: u64 = 5_000;

pub(super) struct Connection {
    phase: Phase,
    /// Consecutive attempts without a lasting connection.
    attempt: u32,
    /// Consecutive attempts without a hello.
    failures: u32,
    was_greeted: bool,
    heartbeat_ms: u64,
    heard_at: Option<u64>,
    lost_at: Option<u64>,
}

#[derive(Clone, Copy)]
enum Phase {
    Resting,
    /// Waiting for the hello.
    Opening {
        until: u64,
    },
    /// After the hello; `answer_by` is when a ping must have been answered.
    Open {
        since: u64,
        answer_by: Option<u64>,
    },
    Waiting {
        until: u64,
    },
}

/// What has to be done at this time.
pub(super) enum Due {
    Open,
    /// The socket has gone silent.
    Lost,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            phase: Phase::Resting,
            attempt: 0,
            failures: 0,
            was_greeted: false,
            heartbeat_ms: USUAL_HEARTBEAT_MS,
            heard_at: None,
            lost_at: None,
        }
    }
}

impl Connection {
    pub fn open(&mut self, now: u64) {
        self.phase = Phase::Opening { until: now + HELLO_MS };
    }

    pub fn greet(&mut self, now: u64, heartbeat_ms: u64) {
        self.phase = Phase::Open {
            since: now,
            answer_by: None,
        };
        self.was_greeted = true;
        self.failures = 0;
        self.heartbeat_ms = heartbeat_ms.clamp(100, 60_000);
        self.heard_at = Some(now);
        self.lost_at = None;
    }

    pub fn hear(&mut self, now: u64) {
        self.heard_at = Some(now);
        if let Phase::Open { answer_by, .. } = &mut self.phase {
            *answer_by = None;
        }
    }

    /// Whether to ping now. Any frame counts as an answer, and no frame within three seconds means that the socket is dead.
    pub fn check(&mut self, now: u64) -> bool {
        match &mut self.phase {
            Phase::Open {
                answer_by: answer_by @ None,
                ..
            } => {
                *answer_by = Some(now + ANSWER_MS);
                true
            }
            Phase::Open { .. } | Phase::Resting | Phase::Opening { .. } | Phase::Waiting { .. } => false,
        }
    }

    /// The socket is gone; plans the next try.
    pub fn lose(&mut self, now: u64, random: f64, is_polling: bool) {
        match self.phase {
            Phase::Resting | Phase::Waiting { .. } => return,
            Phase::Opening { .. } => self.failures += 1,
            Phase::Open { since, .. } if now.saturating_sub(since) >= LASTED_MS => self.attempt = 0,
            Phase::Open { .. } => {}
        }
        let wait_ms = if is_polling {
            SOCKET_RETRY_MS / 2 + backoff::jitter_ms(SOCKET_RETRY_MS / 2, random)
        } else {
            backoff::wait_ms(self.attempt, random)
        };
        self.attempt = self.attempt.saturating_add(1);
        self.lost_at.get_or_insert(now);
        self.phase = Phase::Waiting { until: now + wait_ms };
    }

    pub fn due(&self, now: u64) -> Option<Due> {
        self.wake_at().filter(|at| *at <= now)?;
        match self.phase {
            Phase::Resting => None,
            Phase::Opening { .. } | Phase::Open { .. } => Some(Due::Lost),
            Phase::Waiting { .. } => Some(Due::Open),
        }
    }

    pub fn wake_at(&self) -> Option<u64> {
        match self.phase {
            Phase::Resting => None,
            Phase::Opening { until } | Phase::Waiting { until } => Some(until),
            Phase::Open { answer_by, .. } => {
                // The first millisecond at which it is no longer live.
                let silent = self.heard_at.map(|at| at + 2 * self.heartbeat_ms + 1);
                answer_by.into_iter().chain(silent).min()
            }
        }
    }

    pub fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    pub fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::Waiting { .. })
    }

    /// Whether a frame came within two heartbeat intervals.
    pub fn is_live(&self, now: u64) -> bool {
        self.is_open() && self.heard_at.is_some_and(|at| now <= at + 2 * self.heartbeat_ms)
    }

    pub fn is_first_try(&self) -> bool {
        !self.was_greeted && self.attempt == 0
    }

    /// Whether WebSocket seems to be unavailable here.
    pub fn is_blocked(&self) -> bool {
        self.failures
            >= if self.was_greeted {
                BLOCKED_AFTER.1
            } else {
                BLOCKED_AFTER.0
            }
    }

    pub fn heard_at(&self) -> Option<u64> {
        self.heard_at
    }

    pub fn lost_at(&self) -> Option<u64> {
        self.lost_at
    }

    pub fn retry_at(&self) -> Option<u64> {
        match self.phase {
            Phase::Waiting { until } => Some(until),
            Phase::Resting | Phase::Opening { .. } | Phase::Open { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeted(now: u64) -> Connection {
        let mut connection = Connection::default();
        connection.open(now);
        connection.greet(now, 1_000);
        connection
    }

    #[test]
    fn silence_of_two_heartbeats_ends_live_and_then_the_socket() {
        let mut connection = greeted(0);
        connection.hear(500);
        assert!(connection.is_live(2_500) && connection.due(2_500).is_none());
        assert!(!connection.is_live(2_501));
        assert!(matches!(connection.due(2_501), Some(Due::Lost)));
    }

    #[test]
    fn a_ping_that_nobody_answers_ends_the_socket_sooner() {
        let mut connection = Connection::default();
        connection.open(0);
        connection.greet(0, 30_000);
        assert!(connection.check(1_000));
        assert!(!connection.check(1_500), "one ping is enough");
        assert!(connection.due(3_999).is_none());
        assert!(matches!(connection.due(4_000), Some(Due::Lost)));
        connection.hear(3_999);
        assert!(connection.due(4_000).is_none());
    }

    #[test]
    fn a_server_that_closes_at_once_is_tried_more_and_more_rarely() {
        let mut connection = Connection::default();
        let mut waits = Vec::new();
        for _ in 0..8 {
            connection.open(0);
            connection.greet(0, 1_000);
            connection.lose(10, 1.0, false);
            waits.push(connection.retry_at().expect("it waits") - 10);
        }
        assert_eq!(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
        connection.open(0);
        connection.greet(0, 1_000);
        connection.lose(60_000, 1.0, false);
        assert_eq!(
            connection.retry_at(),
            Some(60_250),
            "one that lasted is tried again soon"
        );
    }

    #[test]
    fn two_tries_without_a_hello_are_a_blocked_socket_only_where_there_never_was_one() {
        let mut connection = Connection::default();
        for _ in 0..2 {
            assert!(!connection.is_blocked());
            connection.open(0);
            connection.lose(0, 0.0, false);
        }
        assert!(connection.is_blocked());
        let mut connection = greeted(0);
        connection.lose(0, 0.0, false);
        for _ in 0..5 {
            assert!(!connection.is_blocked());
            connection.open(0);
            connection.lose(0, 0.0, false);
        }
        assert!(connection.is_blocked());
    }

    #[test]
    fn a_socket_that_closes_twice_is_lost_once() {
        let mut connection = greeted(0);
        connection.lose(100, 1.0, false);
        let planned = connection.retry_at();
        connection.lose(200, 1.0, false);
        assert_eq!(connection.retry_at(), planned);
    }
}
