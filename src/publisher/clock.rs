//! What time it is, and what is random: the one place of a publisher that asks.

use std::time::SystemTime;

use domain::timestamp::Timestamp;

/// Now, in UTC. A clock before 1970 counts as 1970.
pub fn now() -> Timestamp {
    let since_1970 = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

/// A random number. Where the system gives none, the time and the process must do: it tells publishers apart, and hides nothing.
pub fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| now().0.unsigned_abs().rotate_left(20) ^ u64::from(std::process::id()))
}

/// A random number in `0.0..1.0`.
pub fn random_fraction() -> f64 {
    // 53 bits are what a float holds.
    (random() >> 11) as f64 / (1_u64 << 53) as f64
}
