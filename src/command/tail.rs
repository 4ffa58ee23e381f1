//! `adwatch tail`: a workflow in the terminal, its past by REST and then each event over the WebSocket.
//!
//! `domain::follow` decides when to connect, what to request and which events fit, as in a browser. What is printed is what its
//! timeline has taken in: from the frame if that contains everything, otherwise from pages, so that nothing is missing or repeated.

mod arguments;
mod connection;
mod history;
mod paper;
mod rest;
mod socket;

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use rustix::termios::tcgetwinsize;
use xxhash_rust::xxh3::xxh3_64;

pub use arguments::{Color, TailArguments};
use paper::Paper;
use rest::{Rest, Trouble};
use socket::Socket;

use crate::command::Failure;
use crate::command::UsageError;
use domain::adw_id::AdwId;
use domain::event::{Event, Kind};
use domain::filter::Filter;
use domain::follow::{Follower, Input, RestAnswer, Start};
use domain::frame::FromServer;
use domain::known::Known;
use domain::link::LinkState;
use domain::status::{Patience, Pulse, Status};
use domain::timeline::Timeline;
use intake::time_zone::TimeZone;
use publisher::clock;
use publisher::destination::Destination;
use publisher::settings::Settings;

/// A workflow that does not report its end counts as ended after this much silence, because the next agent may be about to start.
const OVER_AFTER: Duration = Duration::from_secs(60);
/// Events with figures that come every few seconds, meant for a page.
const MEASURES: [&str; 2] = ["resource_sample", "publisher_report"];
/// How many events are remembered. A journal that lost some lost only the newest few.
const KNOWN: usize = 64;

/// Why it ends.
enum Stop {
    /// What was requested is done.
    Done,
    /// The workflow is over.
    Over(Status),
    /// Nobody is reading the output any more.
    Unread,
    Failed(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Unread,
            _ => Self::Failed(format!("cannot write to standard output: {error}")),
        }
    }
}

/// Follows the workflow; returns the exit code. Times are shown in this time zone.
pub fn main(arguments: &TailArguments, zone: TimeZone) -> Result<u8, Failure> {
    let settings = Settings::from_env();
    let url = arguments.url.as_ref().unwrap_or(&settings.url);
    let destination = Destination::parse(url).map_err(|error| UsageError(error.to_string()))?;
    let is_terminal = io::stdout().is_terminal();
    let is_coloured = match arguments.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let said = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
            is_terminal && said("NO_COLOR").is_none() && said("TERM").is_none_or(|term| term != "dumb")
        }
    };
    let mut following = Following {
        adw_id: arguments.adw_id.clone(),
        filter: arguments.filter(),
        rest: Rest::new(&destination, settings.token.as_deref()),
        destination,
        token: settings.token,
        paper: Paper {
            zone,
            is_coloured,
            is_full: arguments.full,
            is_json: arguments.json,
            is_terminal,
        },
        is_terse: !arguments.json && !arguments.kind.contains(&Kind::Other),
        shown: 0,
        known: VecDeque::new(),
        epoch: String::new(),
        begun: Instant::now(),
        link: LinkState::Connecting,
        socket: None,
    };
    match following.run(arguments) {
        Ok(never) => match never {},
        Err(Stop::Done | Stop::Unread) => Ok(0),
        Err(Stop::Over(status)) => Ok(u8::from(status == Status::Failed)),
        Err(Stop::Failed(reason)) => Err(Failure::Machine(reason)),
    }
}

enum Never {}

struct Following {
    adw_id: AdwId,
    filter: Filter,
    destination: Destination,
    token: Option<String>,
    rest: Rest,
    paper: Paper,
    /// Measures are left out.
    is_terse: bool,
    /// Events up to this seq were shown, or are not to be shown.
    shown: u64,
    /// The newest events that were shown, by seq and fingerprint.
    known: VecDeque<(u64, u64)>,
    /// The epoch of the journal that `shown` belongs to.
    epoch: String,
    begun: Instant,
    /// The connection as last reported.
    link: LinkState,
    socket: Option<Socket>,
}

impl Following {
    fn run(&mut self, arguments: &TailArguments) -> Result<Never, Stop> {
        let mut follower = self.start(arguments)?;
        if arguments.no_follow {
            return Err(Stop::Done);
        }
        let mut inputs = VecDeque::from([Input::Start, Input::Subscribe(self.adw_id.clone())]);
        loop {
            while let Some(input) = inputs.pop_front() {
                self.take(&mut follower, input, &mut inputs)?;
                self.tell(&mut follower, &mut inputs);
            }
            if arguments.until_end {
                self.end(&follower)?;
            }
            inputs.extend(self.wait(&follower, arguments.until_end));
        }
    }

    /// Shows the existing events, and starts after them.
    fn start(&mut self, arguments: &TailArguments) -> Result<Follower, Stop> {
        let state = self.persist(arguments.no_follow, |this| match this.rest.state(&this.adw_id) {
            Err(Trouble::Missing) => Ok(None),
            found => found.map(Some),
        })?;
        let mut start = Start {
            epoch: String::new(),
            patience: Patience::default(),
            server_time: clock::now(),
            cards: None,
            workflows: Vec::new(),
            fold: Some(Timeline::apply),
        };
        match state {
            Some(state) => {
                self.epoch.clone_from(&state.epoch);
                match arguments.since {
                    Some(since) => {
                        self.shown = since;
                        self.catch_up(state.seq, arguments.no_follow)?;
                    }
                    None => self.newest(arguments.last, state.seq, arguments.no_follow)?,
                }
                start.epoch = state.epoch;
                start.server_time = state.timestamp;
                start.workflows = vec![(state.adw_id, Known::Timeline(state.timeline))];
            }
            None if arguments.no_follow => {
                return Err(Stop::Failed(format!(
                    "workflow {} does not exist",
                    self.adw_id.as_str()
                )));
            }
            None => {
                self.shown = arguments.since.unwrap_or(0);
                say(&format!(
                    "waiting for workflow {}, which does not exist yet",
                    self.adw_id.as_str()
                ));
                start.workflows = vec![(self.adw_id.clone(), Known::Missing)];
            }
        }
        Ok(Follower::new(self.now(), start))
    }

    /// Passes something that happened to the follower, shows what is new, and carries out its commands.
    fn take(&mut self, follower: &mut Follower, input: Input, inputs: &mut VecDeque<Input>) -> Result<(), Stop> {
        let list: Vec<Event> = match &input {
            Input::Received(FromServer::Events { list, .. }) => list.clone(),
            Input::Answered(_, RestAnswer::Events(page)) => page.events.clone(),
            _ => Vec::new(),
        };
        let life = match &input {
            Input::Received(FromServer::Snapshot { epoch, .. }) => Some(epoch.clone()),
            Input::Answered(_, RestAnswer::State(state)) => Some(state.epoch.clone()),
            _ => None,
        };
        let actions = follower.step(self.now(), clock::random_fraction(), input);
        let seq = follower.state(&self.adw_id).map_or(0, Known::seq);
        if self.epoch.is_empty() {
            follower.epoch().clone_into(&mut self.epoch);
        }
        if let Some(epoch) = life.filter(|epoch| *epoch != self.epoch) {
            self.begin_life(epoch, seq)?;
        }
        if seq > self.shown {
            let is_all = list.first().is_some_and(|first| first.seq <= self.shown + 1)
                && list.last().is_some_and(|last| last.seq >= seq);
            if is_all {
                let after = self.shown;
                let mut new = list.iter().filter(|event| event.seq > after && event.seq <= seq);
                new.try_for_each(|event| self.show_if_wanted(event))?;
                self.shown = seq;
            } else {
                self.catch_up(seq, false)?;
            }
            io::stdout().flush()?;
        }
        for action in actions {
            self.carry_out(action, inputs);
        }
        Ok(())
    }

    fn end(&self, follower: &Follower) -> Result<(), Stop> {
        let Some(Known::Timeline(timeline)) = follower.state(&self.adw_id) else {
            return Ok(());
        };
        let (now, pulse) = (follower.server_time(self.now()), Pulse::of(timeline));
        let verdict = pulse.verdict(now, &follower.patience());
        let silence = pulse.last_at.map_or(0, |at| now.since(at));
        let is_sure = !verdict.derived || u128::from(silence) >= OVER_AFTER.as_millis();
        if verdict.status.is_over() && is_sure {
            say(&format!(
                "workflow {} has {}: {}",
                self.adw_id.as_str(),
                verdict.status.slug(),
                verdict.why
            ));
            return Err(Stop::Over(verdict.status));
        }
        Ok(())
    }

    fn show_if_wanted(&mut self, event: &Event) -> Result<(), Stop> {
        // A preview does not contain everything that is searched.
        let is_preview = event.payload.get("preview_of_bytes").is_some();
        let whole = (is_preview && self.filter.q.is_some())
            .then(|| self.rest.whole(event).ok())
            .flatten();
        let payload = whole.as_ref().map_or(&event.payload, |whole| &whole.payload);
        if self.filter.matches(event, payload) {
            self.show(event)
        } else {
            Ok(())
        }
    }

    fn show(&mut self, event: &Event) -> Result<(), Stop> {
        if self.is_terse && MEASURES.contains(&event.event_type.as_str()) {
            return Ok(());
        }
        if self.known.len() == KNOWN {
            self.known.pop_front();
        }
        self.known.push_back((event.seq, print_of(event)));
        let is_preview = event.payload.get("preview_of_bytes").is_some();
        let whole = (is_preview && self.paper.is_full)
            .then(|| self.rest.whole(event).ok())
            .flatten();
        // The terminal may be resized at any time.
        let size = self
            .paper
            .is_terminal
            .then(|| tcgetwinsize(io::stdout()).ok())
            .flatten();
        let columns = size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0);
        let text = self.paper.write(whole.as_ref().unwrap_or(event), columns, clock::now());
        io::stdout().write_all(text.as_bytes())?;
        Ok(())
    }

    /// Milliseconds of a monotonic clock.
    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// What identifies an event in another life of the journal.
fn print_of(event: &Event) -> u64 {
    // An event is texts, numbers and JSON: it can always be written.
    let text = serde_json::to_string(event).expect("an event is JSON");
    xxh3_64(text.as_bytes())
}

/// Reports what happens, besides the events.
fn say(message: &str) {
    let _ = writeln!(io::stderr(), "adwatch: {message}");
}
