//! Takes over what publishers have left for this server in their spools, if those publishers are gone.
//!
//! So a page is complete after an outage, even if the workflow has ended in the meantime. A file is deleted once its contents
//! are recorded; one that a publisher is still writing or sending is left alone.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::ingest::Left;
use publisher::courier::{Courier, CourierStep};
use publisher::destination::Destination;
use publisher::spool::Spool;

/// The time between two checks of the spool.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The checking thread; dropping it stops the thread and waits for what it is recording.
#[derive(Debug)]
pub struct Spools {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Stop {
    is_stopping: Mutex<bool>,
    bell: Condvar,
}

/// Starts to check the folders of a spool that are meant for the server at this address.
pub fn start(spool: &Path, address: SocketAddr, mut left: impl FnMut() -> Left) -> std::io::Result<Spools> {
    // Other processes enforce the limits on what they left; this one only reduces it.
    let courier = |folder: PathBuf| {
        Courier::for_others(Spool::new(folder).into(), left(), u64::MAX).looking_every(Duration::ZERO)
    };
    let mut couriers: Vec<Courier<Left>> = folders(spool, address).into_iter().map(courier).collect();
    let stop = Arc::new(Stop::default());
    let thread = std::thread::Builder::new().name("spools".into()).spawn({
        let stop = Arc::clone(&stop);
        move || {
            loop {
                for courier in &mut couriers {
                    while !stop.is_stopping() && courier.step() == CourierStep::Sent {}
                }
                if stop.wait(LOOK_EVERY) {
                    return;
                }
            }
        }
    })?;
    Ok(Spools {
        stop,
        thread: Some(thread),
    })
}

/// The folders of a server, by the names under which it is reached on this machine.
fn folders(spool: &Path, address: SocketAddr) -> Vec<PathBuf> {
    let host = match address {
        SocketAddr::V4(address) if !address.ip().is_unspecified() => address.ip().to_string(),
        // All names of this machine lead to the one folder.
        SocketAddr::V4(_) | SocketAddr::V6(_) => "localhost".to_owned(),
    };
    let mut urls = vec![format!("http://{host}:{}", address.port())];
    if address.port() == 80 {
        urls.push(format!("http://{host}"));
    }
    let found = urls.iter().filter_map(|url| Destination::parse(url).ok());
    found.map(|destination| spool.join(destination.folder())).collect()
}

impl Stop {
    fn is_stopping(&self) -> bool {
        *self.is_stopping.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits this long; true if it should stop.
    fn wait(&self, time: Duration) -> bool {
        let is_stopping = self.is_stopping.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .bell
            .wait_timeout_while(is_stopping, time, |is_stopping| !*is_stopping);
        let (is_stopping, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *is_stopping
    }
}

impl Drop for Spools {
    fn drop(&mut self) {
        *self.stop.is_stopping.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.bell.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(
                "the thread that takes over publishers' spools panicked; the rest will be taken over at the next start"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_takes_what_is_meant_for_any_of_its_names() {
        let of = |address: &str| -> Vec<String> {
            let found = folders(Path::new("/s"), address.parse().expect("an address"));
            found.iter().map(|folder| folder.display().to_string()).collect()
        };
        for address in ["127.0.0.1:4600", "[::1]:4600", "0.0.0.0:4600", "[::]:4600"] {
            assert_eq!(of(address), ["/s/http_127.0.0.1_4600"], "{address}");
        }
        assert_eq!(of("127.0.0.2:4600"), ["/s/http_127.0.0.2_4600"]);
        assert_eq!(of("127.0.0.1:80"), ["/s/http_127.0.0.1_80", "/s/http_127.0.0.1"]);
    }
}
