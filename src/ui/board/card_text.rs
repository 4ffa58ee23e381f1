//! What a card says in its two lines, by state, and how long it has run.

use crate::format;
use domain::card::Card;
use domain::status::{Status, Verdict};
use domain::timestamp::Timestamp;

/// Two lines and their colours: who, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardLines {
    pub who: String,
    pub who_colour: &'static str,
    pub what: String,
    pub what_colour: &'static str,
}

impl CardLines {
    pub fn of(card: &Card, verdict: &Verdict) -> Self {
        let agent = card.agent.clone().unwrap_or_default();
        let (who, who_colour, what, what_colour) = match verdict.status {
            Status::Running | Status::Waiting => (agent, "text-fg3", card.doing.clone(), "text-fg"),
            Status::NeedsPerson => {
                let asked = card
                    .needs
                    .first()
                    .map_or_else(|| card.doing.clone(), |need| need.text.clone());
                (agent, "text-fg3", asked, "text-warn")
            }
            Status::Unknown => (agent, "text-fg3", card.doing.clone(), "text-fg2"),
            Status::Stalled => {
                let doing = if card.doing.trim().is_empty() {
                    "silent".to_owned()
                } else {
                    format!("silent after {}", card.doing)
                };
                (agent, "text-fg3", doing, "text-warn")
            }
            Status::Failed => (
                card.last_error
                    .clone()
                    .or_else(|| card.result.clone())
                    .unwrap_or_else(|| verdict.why.clone()),
                "text-bad",
                agent,
                "text-fg2",
            ),
            Status::Completed => (
                agent,
                "text-fg3",
                card.result.clone().unwrap_or_else(|| card.doing.clone()),
                "text-fg2",
            ),
        };
        Self {
            who,
            who_colour,
            what,
            what_colour,
        }
    }
}

/// How long it has run, or ran; none if its times are not known for certain.
pub fn elapsed(card: &Card, status: Status, now: Timestamp) -> Option<String> {
    let first_at = card.first_at.filter(|_| card.times_known)?;
    let until = if status.is_over() { card.last_at? } else { now };
    Some(format::elapsed(until.since(first_at)))
}

/// The tooltip of a card's "last".
pub fn last_title(card: &Card) -> String {
    match card.last_at {
        Some(at) if card.times_known => format!("Last event {}", format::moment(at)),
        Some(at) => format!(
            "Found by adwatch afterwards; the file was last written {}",
            format::moment(at)
        ),
        None => "No events yet".to_owned(),
    }
}

/// Why there is no elapsed time.
pub const NO_TIMES: &str = "Start time unknown: adwatch found this workflow after it had started";
