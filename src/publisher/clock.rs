//! The time and randomness of a publisher, in one place.

use std::time::SystemTime;

use domain::timestamp::Timestamp;

/// Now, in UTC. A clock before 1970 counts as 1970.
pub fn now() -> Timestamp {
    let since_1970 = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

/// A random number. If the system provides none, the time and the process id must do: it only distinguishes publishers and protects nothing.
pub fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| now().0.unsigned_abs().rotate_left(20) ^ u64::from(std::process::id()))
}

/// A random number in `0.0..1.0`.
pub fn random_fraction() -> f64 {
    // A float has 53 bits of precision.
    (random() >> 11) as f64 / (1_u64 << 53) as f64
}
