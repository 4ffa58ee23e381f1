//! Passes on what the child prints, byte for byte and at once: to our own output, to the file, and to the parser.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::process::ChildStdout;
use std::sync::Arc;
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::output_file::OutputFile;
use super::queue::Queue;

/// The capacity of a pipe.
const CHUNK_BYTES: usize = 64 * 1024;

/// Reads the pipe to its end in a thread of its own, whoever else has gone away or is full. Calls `file_lost` with the reason
/// when the file must be given up, and `closed` at the end.
pub fn start(
    mut pipe: ChildStdout,
    mut file: OutputFile,
    queue: Arc<Queue>,
    file_lost: impl Fn(io::Error) + Send + 'static,
    closed: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    // Not through the standard library's buffer, which waits for the end of a line.
    let mut output = io::stdout().as_fd().try_clone_to_owned().ok().map(File::from);
    let pass_on = move || {
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let bytes = match pipe.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => &chunk[..count],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            if let Some(open) = &output
                && write_all(open, bytes).is_err()
            {
                // Nobody reads the output any more. The child keeps running, because the file and the server still receive it.
                output = None;
            }
            if let Err(error) = file.write(bytes) {
                file_lost(error);
            }
            queue.push(bytes);
        }
        // What did not fit on disk gets a last chance.
        let _ = file.write(&[]);
        queue.close();
        closed();
    };
    thread::Builder::new().name("output".to_owned()).spawn(pass_on)?;
    Ok(())
}

/// Writes all of it, even if whoever gave us the output has made it non-blocking.
fn write_all(output: &File, mut bytes: &[u8]) -> rustix::io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(output, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                poll(&mut [PollFd::new(output, PollFlags::OUT)], None)?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
