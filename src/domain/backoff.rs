//! How long to wait before the next try: exponential, with full jitter, so that a thousand tabs do not return at once.

/// The longest wait of the first try, in milliseconds.
pub const FIRST_MS: u64 = 250;
/// The longest wait of any try, in milliseconds.
pub const LAST_MS: u64 = 10_000;

/// The wait in milliseconds before try `attempt` (from 0), for a random number in `0.0..1.0`.
pub fn wait_ms(attempt: u32, random: f64) -> u64 {
    wait_up_to_ms(attempt, LAST_MS, random)
}

/// The same, where no wait is longer than `longest_ms`.
pub fn wait_up_to_ms(attempt: u32, longest_ms: u64, random: f64) -> u64 {
    let ceiling = FIRST_MS.saturating_mul(1_u64 << attempt.min(16)).min(longest_ms);
    jitter_ms(ceiling, random)
}

/// A part of `ceiling_ms`, for a random number in `0.0..1.0`.
pub fn jitter_ms(ceiling_ms: u64, random: f64) -> u64 {
    (ceiling_ms as f64 * random.clamp(0.0, 1.0)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_ten_seconds_and_no_further() {
        assert_eq!(wait_ms(0, 1.0), 250);
        assert_eq!(wait_ms(3, 1.0), 2_000);
        assert_eq!(wait_ms(5, 0.5), 4_000);
        assert_eq!(wait_ms(6, 1.0), 10_000);
        assert_eq!(wait_ms(u32::MAX, 1.0), 10_000);
        assert_eq!(wait_ms(9, 0.0), 0);
    }
}
