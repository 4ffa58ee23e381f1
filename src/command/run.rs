//! `adwatch run`: runs a command as an agent of a workflow. The command never notices any failure of adwatch.
//!
//! One thread only passes the output on, one parses it, one waits for the end, one receives signals; they all report to
//! `Running::attend`.

mod arguments;
mod ending;
mod hang;
mod output_file;
mod processes;
mod pump;
mod queue;
mod signals;
pub mod story;

use std::ffi::{OsStr, c_int};
use std::io::{self, Write as _};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, wait};
use serde_json::Value;

pub use arguments::RunArguments;
use ending::{Ending, How, NOT_FOUND, NOT_RUN};
use hang::{Hang, HangAction};
use intake::stream::Stream;
use output_file::OutputFile;
use processes::Taken;
use queue::Queue;
use story::Story;

use publisher::Notifier;
use publisher::clock;
use publisher::destination::DestinationError;

/// A process that the command started and left behind may keep its output open; it is still read for this long.
const DRAINED_FOR: Duration = Duration::from_secs(2);
/// How long parsing what was read by then may take; only an overloaded machine needs longer.
const UNDERSTOOD_WITHIN: Duration = Duration::from_secs(3);
/// How often samples are taken in the first minute, and afterwards.
const SAMPLED_EVERY: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(5));
const FIRST_WHILE: Duration = Duration::from_secs(60);

/// Where the items go. It must not block.
pub type Publish = Arc<dyn Fn(Value) + Send + Sync>;

/// The reports of the threads.
enum News {
    Signal(c_int),
    Ended(How),
    /// The output was closed.
    Closed,
    /// Lines came; true if the last of them is the result.
    Printed(bool),
    /// Everything that was read has been parsed.
    Understood,
    /// The file cannot be written.
    FileLost(io::Error),
}

/// A started command.
struct Running {
    story: Story,
    publish: Publish,
    child: Pid,
    begun: Instant,
    queue: Arc<Queue>,
    hang: Hang,
    sampled: Option<(Taken, Instant)>,
    next_sample: Instant,
}

/// Runs the command, and returns the exit code to exit with. It fails only if the address of the server is invalid.
pub fn main(arguments: &RunArguments) -> Result<u8, DestinationError> {
    let notifier = match &arguments.url {
        Some(url) => Notifier::builder().url(url).build()?,
        None => Notifier::from_env(),
    };
    let publish = notifier.clone();
    let code = run(arguments, Arc::new(move |item| publish.send(item)));
    notifier.close();
    Ok(code)
}

/// The exit code to exit with.
fn run(arguments: &RunArguments, publish: Publish) -> u8 {
    let story = Story {
        adw_id: arguments.adw_id.clone(),
        agent: arguments.agent(),
        stage: arguments.stage.clone(),
        program: arguments.program(),
    };
    let (sender, news) = mpsc::channel();
    // Before the command starts, so that none is missed. Without these threads there is less to report, but the command runs.
    let signals = sender.clone();
    let _ = signals::watch(move |signal| drop(signals.send(News::Signal(signal))));
    // What the command leaves behind becomes our child, so that its resources are measured.
    let _ = set_child_subreaper(Some(getpid()));
    let file = OutputFile::create(&arguments.agents.join(story.adw_id.as_str()).join(&story.agent));
    let file = file.unwrap_or_else(|error| {
        let _ = sender.send(News::FileLost(error));
        OutputFile::none()
    });
    let words: Vec<_> = arguments.command.iter().map(|word| word.to_string_lossy()).collect();
    story.started(&words.join(" ")).into_iter().for_each(&*publish);
    let begun = Instant::now();
    let (child, output) = match spawn(arguments, &story) {
        Ok(started) => started,
        Err(error) => {
            let reason = format!("{} cannot be run: {error}", story.program);
            let _ = writeln!(io::stderr(), "adwatch: {reason}");
            story.not_started(&reason).into_iter().for_each(&*publish);
            let is_absent = error.kind() == io::ErrorKind::NotFound;
            return if is_absent { NOT_FOUND } else { NOT_RUN };
        }
    };
    let queue = Arc::new(Queue::default());
    let name = format!("{}/{}", story.agent, output_file::NAME);
    let stream = Stream::new(story.adw_id.clone(), story.agent.clone(), name, file.mark);
    let threads = Threads {
        story: story.clone(),
        queue: Arc::clone(&queue),
        publish: Arc::clone(&publish),
        sender,
    };
    if let Err(error) = threads.start(child, output, file, stream) {
        // A machine that cannot start a thread cannot run the command either.
        let _ = writeln!(io::stderr(), "adwatch: {error}");
        return NOT_RUN;
    }
    let running = Running {
        hang: Hang::new(arguments.grace, arguments.kill_after),
        sampled: processes::below(std::process::id()).map(|taken| (taken, begun)),
        next_sample: begun + SAMPLED_EVERY.0,
        story,
        publish,
        child,
        begun,
        queue,
    };
    running.attend(&news).exit_code()
}

fn spawn(arguments: &RunArguments, story: &Story) -> io::Result<(Pid, ChildStdout)> {
    let program = arguments.command.first().map_or(OsStr::new(""), |program| program);
    let mut command = Command::new(program);
    command
        .args(arguments.command.iter().skip(1))
        .env("ADWATCH_ADW_ID", story.adw_id.as_str())
        .env("ADWATCH_AGENT", &story.agent)
        .envs(story.stage.iter().map(|stage| ("ADWATCH_STAGE", stage)))
        .envs(arguments.url.iter().map(|url| ("ADWATCH_URL", url)))
        .stdout(Stdio::piped());
    // It is waited for by its pid, together with all that it leaves behind.
    let mut child = command.spawn()?;
    let output = child
        .stdout
        .take()
        .ok_or_else(|| io::Error::other("there is no pipe"))?;
    Ok((Pid::from_child(&child), output))
}

/// What the threads share.
struct Threads {
    story: Story,
    queue: Arc<Queue>,
    publish: Publish,
    sender: Sender<News>,
}

impl Threads {
    fn start(self, child: Pid, output: ChildStdout, file: OutputFile, stream: Stream) -> io::Result<()> {
        let Self {
            story,
            queue,
            publish,
            sender,
        } = self;
        let (lost, closed, ended) = (sender.clone(), sender.clone(), sender.clone());
        pump::start(
            output,
            file,
            Arc::clone(&queue),
            move |error| drop(lost.send(News::FileLost(error))),
            move || drop(closed.send(News::Closed)),
        )?;
        let named = |name: &str| thread::Builder::new().name(name.to_owned());
        named("stream").spawn(move || understand(stream, &story, &queue, &publish, &sender))?;
        named("end").spawn(move || reap(child, &ended))?;
        Ok(())
    }
}

/// Makes events of what was read.
fn understand(mut stream: Stream, story: &Story, queue: &Queue, publish: &Publish, news: &Sender<News>) {
    let mut items = Vec::new();
    while let Some((offset, bytes)) = queue.take() {
        let missing = stream.push(offset, &bytes, clock::now(), &mut items);
        if missing > 0 {
            publish(story.missed(missing));
        }
        items.drain(..).for_each(&**publish);
        let _ = news.send(News::Printed(stream.has_result));
    }
    stream.end(clock::now(), &mut items);
    items.drain(..).for_each(&**publish);
    let _ = news.send(News::Understood);
}

/// Waits for the child, and for whatever it leaves behind, so that nothing stays a zombie.
fn reap(child: Pid, news: &Sender<News>) {
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == child => {
                if let Some(how) = How::of(status) {
                    let _ = news.send(News::Ended(how));
                }
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            // No child is left.
            Err(_) => return,
        }
    }
}

impl Running {
    /// Runs until the command has ended and all its output has been parsed.
    fn attend(mut self, news: &Receiver<News>) -> How {
        let (mut ended, mut is_understood) = (None::<(Ending, Instant)>, false);
        loop {
            if let Some((ending, at)) = ended {
                if is_understood || Instant::now() >= at + DRAINED_FOR + UNDERSTOOD_WITHIN {
                    let left = self.queue.waiting_bytes();
                    if left > 0 {
                        (self.publish)(self.story.missed(left));
                    }
                    self.end(&ending);
                    return ending.how;
                }
                if Instant::now() >= at + DRAINED_FOR {
                    self.queue.close();
                }
            }
            let due = match ended {
                Some((_, at)) if Instant::now() < at + DRAINED_FOR => Some(at + DRAINED_FOR),
                Some((_, at)) => Some(at + DRAINED_FOR + UNDERSTOOD_WITHIN),
                None => self
                    .sampled
                    .map(|_| self.next_sample)
                    .into_iter()
                    .chain(self.hang.due())
                    .min(),
            };
            let span = due.map_or(Duration::MAX, |due| due.saturating_duration_since(Instant::now()));
            let now = match news.recv_timeout(span) {
                Ok(News::Ended(how)) => {
                    let at = Instant::now();
                    let after = at.saturating_duration_since(self.begun);
                    ended = Some((Ending { how, after }, at));
                    continue;
                }
                Ok(News::Understood) => {
                    is_understood = true;
                    continue;
                }
                Ok(news) => self.take(news, ended.is_some()),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Instant::now(),
            };
            if ended.is_none() {
                self.tend(now);
            }
        }
    }

    fn take(&mut self, news: News, has_ended: bool) -> Instant {
        let now = Instant::now();
        match news {
            News::Signal(signal) if !has_ended => {
                if let Some(signal) = Signal::from_named_raw(signal) {
                    // A process that has just ended needs no signal.
                    let _ = kill_process(self.child, signal);
                }
            }
            News::Closed => self.hang.closed(now),
            News::Printed(has_result) => {
                let step = self.hang.printed(now, has_result);
                self.follow(step);
            }
            News::FileLost(error) => {
                let message = format!("{} is not written any further: {error}", output_file::NAME);
                (self.publish)(self.story.warning(&message));
            }
            News::Signal(_) | News::Ended(_) | News::Understood => {}
        }
        now
    }

    /// Does what is due at this time.
    fn tend(&mut self, now: Instant) {
        let step = self.hang.step(now);
        self.follow(step);
        if self.sampled.is_some() && now >= self.next_sample {
            self.sample(now);
            let (often, seldom) = SAMPLED_EVERY;
            let is_young = now.saturating_duration_since(self.begun) < FIRST_WHILE;
            self.next_sample = now + if is_young { often } else { seldom };
        }
    }

    fn follow(&self, step: Option<HangAction>) {
        match step {
            None => {}
            Some(HangAction::Warn(message)) => (self.publish)(self.story.warning(&message)),
            Some(HangAction::Resolve(message)) => (self.publish)(self.story.resolved(&message)),
            Some(HangAction::Terminate) => {
                (self.publish)(
                    self.story
                        .warning("the process is ended, because it went on for too long"),
                );
                let _ = kill_process(self.child, Signal::TERM);
            }
            Some(HangAction::Kill) => {
                let _ = kill_process(self.child, Signal::KILL);
            }
        }
    }

    /// Reports what the processes use; returns the CPU time so far.
    fn sample(&mut self, now: Instant) -> Option<u64> {
        let before = self.sampled?;
        let taken = processes::below(std::process::id())?;
        (self.publish)(self.story.sample(before, (taken, now)));
        self.sampled = Some((taken, now));
        Some(taken.cpu_ms)
    }

    fn end(&mut self, ending: &Ending) {
        let now = Instant::now();
        let step = self.hang.ended(self.begun + ending.after);
        self.follow(step);
        let cpu_ms = self.sample(now);
        self.story.ended(ending, cpu_ms).into_iter().for_each(&*self.publish);
    }
}
