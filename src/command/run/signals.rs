//! Passes on signals that reach us but are meant for the child.
//!
//! SIGTSTP is left alone: a terminal stops and continues the whole job, and the child is part of it.

use std::ffi::c_int;
use std::fs;
use std::io;
use std::thread;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::low_level::siginfo::Cause;

const PASSED_ON: [c_int; 7] = [SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];

/// Calls `pass_on` with every signal that must be sent to the child, from a thread of its own.
///
/// A terminal sends its signals to the child as well. Signals that are ignored here, as after `nohup`, stay ignored for the child.
pub fn watch(pass_on: impl Fn(c_int) + Send + 'static) -> io::Result<()> {
    let ignored = ignored();
    let wanted = PASSED_ON
        .into_iter()
        .filter(|signal| ignored & (1 << (signal - 1)) == 0);
    let mut signals = SignalsInfo::<WithOrigin>::new(wanted)?;
    let watch = move || {
        for origin in signals.forever() {
            if origin.cause != Cause::Kernel {
                pass_on(origin.signal);
            }
        }
    };
    thread::Builder::new().name("signals".to_owned()).spawn(watch)?;
    Ok(())
}

/// The signals that our caller wants ignored, according to Linux: one bit for each.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
