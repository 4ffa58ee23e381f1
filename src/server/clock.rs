//! The time: the one place in the server that reads the clock.

use std::time::SystemTime;

use domain::timestamp::Timestamp;

/// Now, in UTC. A clock before 1970 counts as 1970.
pub fn now() -> Timestamp {
    let since_1970 = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}
