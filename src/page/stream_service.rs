//! The stream service: one WebSocket for everything that the page wants to see, which feeds the store's signals.
//!
//! `domain::follow` decides what to do; this contains only the WebSocket, the timers and the window.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::{Interval, Timeout};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::arrival;
use super::clock::Clock;
use super::painter::{News, Painter, set};
use super::rest;
use super::socket::{Report, Socket};
use super::window::{is_visible, on_return};
use domain::adw_id::AdwId;
use domain::follow::{Action, Follower, Input, RestAnswer, RestQuery, Start};
use domain::frame::FromServer;
use domain::known::Known;
use ui::effect::effect;
use ui::store::{Store, Wanted};

/// The page's clock shows seconds.
const SECOND_MS: u32 = 1_000;

/// See the module. All copies refer to the same service.
#[derive(Clone)]
pub struct StreamService(Rc<Service>);

struct Service {
    store: Store,
    clock: Clock,
    follower: RefCell<Follower>,
    /// Whether the fold's code is here; until then, the workflows that are to be followed.
    can_fold: Cell<bool>,
    waiting: RefCell<Vec<AdwId>>,
    socket: RefCell<Option<Socket>>,
    /// The timer, and the time it is set to.
    timer: RefCell<Option<Timeout>>,
    wakes_at: Cell<u64>,
    painter: Painter,
}

impl StreamService {
    /// Takes over the page's store, starting from exactly what the server rendered, for as long as the page lives.
    pub fn start(store: Store) -> Self {
        let clock = Clock::new();
        let start = Start {
            epoch: store.epoch.get_untracked(),
            patience: store.patience.get_untracked(),
            server_time: store.now.get_untracked(),
            cards: store.board_loaded.get_untracked().then(|| store.cards.get_untracked()),
            workflows: store.known(),
            fold: None,
        };
        let service = Self(Rc::new(Service {
            store,
            follower: RefCell::new(Follower::new(clock.now(), start)),
            clock,
            can_fold: Cell::new(false),
            waiting: RefCell::default(),
            socket: RefCell::default(),
            timer: RefCell::default(),
            wakes_at: Cell::new(u64::MAX),
            painter: Painter::default(),
        }));
        service.watch_window();
        service.step(Input::Start);
        service.watch_store();
        service
    }

    /// Follows a workflow, once its events can be folded. Every call must be matched by one of `unsubscribe`.
    pub fn subscribe(&self, adw_id: AdwId) {
        if self.0.can_fold.get() {
            return self.step(Input::Subscribe(adw_id));
        }
        let is_first = self.0.waiting.borrow().is_empty();
        self.0.waiting.borrow_mut().push(adw_id);
        if is_first {
            let service = self.clone();
            spawn_local(async move {
                let fold = arrival::of_fold().await;
                service.0.follower.borrow_mut().fold_by(fold);
                service.0.can_fold.set(true);
                for adw_id in service.0.waiting.take() {
                    service.step(Input::Subscribe(adw_id));
                }
            });
        }
    }

    pub fn unsubscribe(&self, adw_id: AdwId) {
        let waiting = self.0.waiting.borrow().iter().position(|waiting| *waiting == adw_id);
        match waiting {
            Some(at) => {
                self.0.waiting.borrow_mut().remove(at);
            }
            None => self.step(Input::Unsubscribe(adw_id)),
        }
    }

    /// What is currently known about a workflow.
    pub fn state(&self, adw_id: &AdwId) -> Known {
        self.0
            .follower
            .borrow()
            .state(adw_id)
            .cloned()
            .unwrap_or(Known::Loading)
    }

    fn watch_window(&self) {
        let service = self.clone();
        self.0.painter.call(move || {
            // In a task of its own: within the frame, it would form one long task with the browser's layout and painting.
            let service = service.clone();
            Timeout::new(0, move || service.paint()).forget();
        });
        let service = self.clone();
        on_return(move || {
            service.tell_the_time();
            service.step(Input::Check);
        });
        let service = self.clone();
        Interval::new(SECOND_MS, move || {
            if is_visible() {
                service.tell_the_time();
            }
        })
        .forget();
    }

    /// Subscribes to what the components want, and carries out what a person asks for.
    fn watch_store(&self) {
        let store = self.0.store;
        let service = self.clone();
        let mut before = Wanted::default();
        effect(move || {
            let wanted = store.wanted.get();
            service.want(&before, &wanted);
            before = wanted;
        });
        let service = self.clone();
        effect(move || {
            if let Some(ask) = store.asked.get() {
                store.asked.set(None);
                service.step(Input::Asked(ask));
            }
        });
    }

    /// New subscriptions come first, so that what two pages have in common is kept when going from one to the other.
    fn want(&self, before: &Wanted, wanted: &Wanted) {
        for adw_id in wanted
            .workflows
            .keys()
            .filter(|adw_id| !before.workflows.contains_key(*adw_id))
        {
            self.subscribe(adw_id.clone());
        }
        for adw_id in before
            .workflows
            .keys()
            .filter(|adw_id| !wanted.workflows.contains_key(*adw_id))
        {
            self.unsubscribe(adw_id.clone());
        }
        match (before.board > 0, wanted.board > 0) {
            (false, true) => self.step(Input::SubscribeBoard),
            (true, false) => self.step(Input::UnsubscribeBoard),
            (true, true) | (false, false) => {}
        }
    }

    fn step(&self, input: Input) {
        let now = self.0.clock.now();
        let actions = self.0.follower.borrow_mut().step(now, js_sys::Math::random(), input);
        for action in actions {
            self.carry_out(action);
        }
        self.set_timer(now);
        self.0.painter.ask();
    }

    fn carry_out(&self, action: Action) {
        match action {
            Action::Open => {
                let service = self.clone();
                let socket = Socket::open(move |report| service.note(report));
                let is_forbidden = socket.is_none();
                self.0.socket.replace(socket);
                if is_forbidden {
                    let service = self.clone();
                    spawn_local(async move { service.step(Input::Closed) });
                }
            }
            Action::Close => {
                self.0.socket.replace(None);
            }
            Action::Send(frame) => {
                if let Some(socket) = &*self.0.socket.borrow() {
                    socket.send(&frame);
                }
            }
            Action::Fetch(request) => {
                let service = self.clone();
                spawn_local(async move {
                    let answer = rest::ask(&request.query).await;
                    if let (RestQuery::Events { adw_id, .. }, RestAnswer::Events(page)) = (&request.query, &answer) {
                        service.0.store.history.hear(adw_id, &page.events);
                    }
                    service.step(Input::Answered(request.id, answer));
                });
            }
        }
    }

    fn note(&self, report: Report) {
        match report {
            Report::Text(text) => match FromServer::read(&text) {
                Ok(Some(frame)) => {
                    self.tell_history(&frame);
                    self.step(Input::Received(frame));
                }
                Ok(None) => {}
                // Nothing after this could be trusted, so start again.
                Err(_) => self.give_up_socket(),
            },
            Report::Closed => self.give_up_socket(),
        }
    }

    /// The current history takes the events that it needs by seq, whatever the follower does with the frame.
    fn tell_history(&self, frame: &FromServer) {
        let history = self.0.store.history;
        match frame {
            FromServer::Events { adw_id, list, .. } => history.hear(adw_id, list),
            FromServer::Snapshot { adw_id, seq, .. } => history.reach(adw_id, *seq),
            FromServer::Hello { .. }
            | FromServer::Board { .. }
            | FromServer::Heartbeat { .. }
            | FromServer::Error { .. } => {}
        }
    }

    fn give_up_socket(&self) {
        self.0.socket.replace(None);
        self.step(Input::Closed);
    }

    /// Moves the timer only to an earlier time; if it fires too early, there is nothing to do and it is set again.
    fn set_timer(&self, now: u64) {
        let Some(at) = self.0.follower.borrow().wake_at() else {
            return;
        };
        if at >= self.0.wakes_at.get() {
            return;
        }
        self.0.wakes_at.set(at);
        let service = self.clone();
        let wait_ms = u32::try_from(at.saturating_sub(now)).unwrap_or(u32::MAX).min(60_000);
        let timer = Timeout::new(wait_ms, move || {
            service.0.wakes_at.set(u64::MAX);
            service.step(Input::Tick);
        });
        self.0.timer.replace(Some(timer));
    }

    fn paint(&self) {
        let now = self.0.clock.now();
        let link = self.0.follower.borrow().link(now).state;
        let is_cut = self.0.store.link.with_untracked(|shown| shown.state != link);
        if !self.0.painter.begin(now, self.0.store) && !is_cut {
            self.0.store.history.paint();
            self.0.painter.ask();
            return;
        }
        let news = News::take(&mut self.0.follower.borrow_mut(), now);
        news.put_into(self.0.store);
    }

    fn tell_the_time(&self) {
        let time = self.0.follower.borrow().server_time(self.0.clock.now());
        set(self.0.store.now, time);
        self.0.painter.ask();
    }
}
