//! The contents of the board: every card is judged once per change or tick, filtered, ordered and counted.

use std::cmp::Reverse;
use std::sync::Arc;

use super::query::{Order, Query, StateFilter};
use domain::adw_id::AdwId;
use domain::card::Card;
use domain::order;
use domain::status::{Patience, Status};
use domain::timestamp::Timestamp;

/// How many finished workflows are shown in their column; a link to the rows stands for the others.
pub const OVER: usize = 20;
/// How many workflows are shown in the column of a stage: more than anybody reads, while a thousand would make the page slow.
pub const AT_WORK: usize = 50;
/// The columns: six stages, and one for finished workflows.
pub const COLUMNS: usize = 7;

/// The board at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// Those that the filters admit, in order.
    pub rows: Vec<AdwId>,
    pub columns: [Vec<AdwId>; COLUMNS],
    /// How many are admitted by column, shown or not.
    pub sizes: [usize; COLUMNS],
    pub totals: Totals,
    pub counts: Counts,
}

/// The sums of the rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    pub errors: u64,
    pub tokens: u64,
    pub cost_usd: f64,
}

/// The numbers on chips and in the summary: of all cards, whatever the filters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    pub all: usize,
    pub needs_person: usize,
    pub running: usize,
    pub waiting: usize,
    pub stalled: usize,
    pub failed: usize,
    pub completed: usize,
    pub unknown: usize,
    pub with_errors: usize,
    pub repos: Vec<(String, usize)>,
    pub needs_person_since: Option<Timestamp>,
    pub waiting_since: Option<Timestamp>,
    pub stalled_since: Option<Timestamp>,
    pub cost_usd: f64,
    pub tokens: u64,
}

struct Judged<'a> {
    card: &'a Card,
    status: Status,
}

impl Survey {
    pub fn of<'a>(
        cards: impl Iterator<Item = &'a Arc<Card>>,
        query: &Query,
        now: Timestamp,
        patience: &Patience,
    ) -> Self {
        let mut survey = Self::default();
        let mut admitted = Vec::new();
        for card in cards {
            let verdict = card.verdict(now, patience);
            survey.counts.note(card, verdict.status, verdict.since);
            if query.admits(card, verdict.status) {
                admitted.push(Judged {
                    card,
                    status: verdict.status,
                });
            }
        }
        survey.counts.order_repos();

        // The most recently finished ones, whatever the order, so that an old failure does not hide what has just ended.
        let over: Vec<&Judged> = admitted.iter().filter(|judged| judged.status.is_over()).collect();
        let mut over = sorted(&over, Order::Last);
        over.truncate(OVER);
        let over = sorted(&over, query.order);
        survey.columns[COLUMNS - 1] = over.iter().map(|judged| judged.card.adw_id.clone()).collect();

        for Judged { card, status } in sorted(&admitted.iter().collect::<Vec<_>>(), query.order) {
            survey.totals.errors += card.errors;
            survey.totals.tokens += card.tokens;
            survey.totals.cost_usd += card.cost_usd.unwrap_or(0.0);
            survey.rows.push(card.adw_id.clone());
            let column = card.column(*status);
            survey.sizes[column] += 1;
            if column < COLUMNS - 1 && survey.columns[column].len() < AT_WORK {
                survey.columns[column].push(card.adw_id.clone());
            }
        }
        survey
    }
}

impl Counts {
    fn note(&mut self, card: &Card, status: Status, since: Option<Timestamp>) {
        let earlier = |known: Option<Timestamp>| match (known, since) {
            (Some(known), Some(since)) => Some(known.min(since)),
            (known, since) => known.or(since),
        };
        self.all += 1;
        match status {
            Status::NeedsPerson => {
                self.needs_person += 1;
                self.needs_person_since = earlier(self.needs_person_since);
            }
            Status::Running => self.running += 1,
            Status::Waiting => {
                self.waiting += 1;
                self.waiting_since = earlier(self.waiting_since);
            }
            Status::Stalled => {
                self.stalled += 1;
                self.stalled_since = earlier(self.stalled_since);
            }
            Status::Failed => self.failed += 1,
            Status::Completed => self.completed += 1,
            Status::Unknown => self.unknown += 1,
        }
        if let Some(repo) = &card.repo {
            match self.repos.iter_mut().find(|known| known.0 == *repo) {
                Some(known) => known.1 += 1,
                None => self.repos.push((repo.clone(), 1)),
            }
        }
        self.with_errors += usize::from(card.errors > 0);
        self.cost_usd += card.cost_usd.unwrap_or(0.0);
        self.tokens += card.tokens;
    }

    /// Those with the most workflows first. There are few, so each goes straight to its place.
    fn order_repos(&mut self) {
        let mut ordered: Vec<(String, usize)> = Vec::with_capacity(self.repos.len());
        for (repo, count) in self.repos.drain(..) {
            let at = ordered.partition_point(|known| (Reverse(known.1), &known.0) < (Reverse(count), &repo));
            ordered.insert(at, (repo, count));
        }
        self.repos = ordered;
    }

    /// How many the filter would show.
    pub fn of(&self, filter: StateFilter) -> usize {
        match filter {
            StateFilter::Attention => self.needs_person + self.stalled + self.failed,
            StateFilter::One(Status::NeedsPerson) => self.needs_person,
            StateFilter::One(Status::Running) => self.running,
            StateFilter::One(Status::Waiting) => self.waiting,
            StateFilter::One(Status::Stalled) => self.stalled,
            StateFilter::One(Status::Failed) => self.failed,
            StateFilter::One(Status::Completed) => self.completed,
            StateFilter::One(Status::Unknown) => self.unknown,
        }
    }
}

/// In the chosen order. Ties are broken by start and then by id, as the cards came, so that nothing jumps.
fn sorted<'a>(cards: &[&'a Judged<'a>], by: Order) -> Vec<&'a Judged<'a>> {
    let order = order::order(cards.iter().map(|card| key(card, by)));
    order.into_iter().map(|at| cards[at]).collect()
}

fn key(Judged { card, status }: &Judged<'_>, by: Order) -> order::SortKey {
    // The latest first, and those without a time last.
    let latest = |at: Option<Timestamp>| at.map_or(u64::MAX, |at| !(at.0.max(0) as u64));
    let (first, second) = match by {
        // Among finished workflows the last to end comes first; the times of running ones change all the time.
        Order::Attention if status.is_over() => (urgency(*status), latest(card.last_at)),
        Order::Attention => (urgency(*status), 0),
        Order::Started => (0, 0),
        Order::Last => (latest(card.last_at), 0),
        Order::Errors => (!card.errors, 0),
        Order::Tokens => (!card.tokens, 0),
        // Floats that are not negative sort like their bits.
        Order::Cost => (!card.cost_usd.unwrap_or(0.0).max(0.0).to_bits(), 0),
    };
    [first, second, latest(card.first_at)]
}

fn urgency(status: Status) -> u64 {
    match status {
        Status::NeedsPerson => 0,
        Status::Stalled => 1,
        Status::Failed => 2,
        Status::Waiting => 3,
        Status::Running => 4,
        Status::Unknown => 5,
        Status::Completed => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::timeline::Timeline;

    #[test]
    fn a_thousand_at_work_are_counted_and_some_stand_in_their_column() {
        let card = |number: usize| {
            let adw_id = format!("wf{number}").parse().expect("a safe id");
            Arc::new(Card::of(&Timeline::new(adw_id)))
        };
        let cards: Vec<_> = (0..1_000).map(card).collect();
        let survey = Survey::of(
            cards.iter(),
            &Query::default(),
            Timestamp::default(),
            &Patience::default(),
        );
        assert_eq!((survey.columns[0].len(), survey.sizes[0]), (AT_WORK, 1_000));
        assert_eq!((survey.rows.len(), survey.counts.all), (1_000, 1_000));
    }
}
