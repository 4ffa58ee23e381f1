//! What the board shows, as written in the address: search, filters, order and density. Defaults are left out.

use crate::address::Address;
use domain::card::Card;
use domain::form;
use domain::letters::lower;
use domain::status::Status;

/// The address of the board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Words that all must occur.
    pub text: String,
    pub state: Option<StateFilter>,
    pub with_errors: bool,
    pub repo: Option<String>,
    pub order: Order,
    pub is_rows: bool,
}

/// Which states are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateFilter {
    /// Stalled and failed: a person has to look.
    Attention,
    One(Status),
}

/// The order of the cards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Workflows that need attention first.
    #[default]
    Attention,
    Started,
    Last,
    Errors,
    Tokens,
    Cost,
}

impl StateFilter {
    pub fn admits(self, status: Status) -> bool {
        match self {
            Self::Attention => matches!(status, Status::NeedsPerson | Status::Stalled | Status::Failed),
            Self::One(one) => one == status,
        }
    }

    fn slug(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::One(status) => status.slug(),
        }
    }

    fn from_slug(slug: &str) -> Option<Self> {
        const STATES: [Status; 7] = [
            Status::NeedsPerson,
            Status::Running,
            Status::Waiting,
            Status::Stalled,
            Status::Failed,
            Status::Completed,
            Status::Unknown,
        ];
        if slug == "attention" {
            return Some(Self::Attention);
        }
        STATES.into_iter().find(|status| status.slug() == slug).map(Self::One)
    }
}

impl Order {
    pub const ALL: [Self; 6] = [
        Self::Attention,
        Self::Started,
        Self::Last,
        Self::Errors,
        Self::Tokens,
        Self::Cost,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Attention => "Needs attention first",
            Self::Started => "Newest first",
            Self::Last => "Last event first",
            Self::Errors => "Most errors first",
            Self::Tokens => "Most tokens first",
            Self::Cost => "Highest cost first",
        }
    }

    fn slug(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Started => "started",
            Self::Last => "last",
            Self::Errors => "errors",
            Self::Tokens => "tokens",
            Self::Cost => "cost",
        }
    }
}

impl Query {
    pub fn of(address: &Address) -> Self {
        let order = address
            .get("sort")
            .and_then(|slug| Order::ALL.into_iter().find(|order| order.slug() == slug));
        Self {
            text: address.get("q").unwrap_or_default().to_owned(),
            state: address.get("state").and_then(StateFilter::from_slug),
            with_errors: address.get("errors") == Some("1"),
            repo: address.get("repo").filter(|repo| !repo.is_empty()).map(str::to_owned),
            order: order.unwrap_or_default(),
            is_rows: address.get("view") == Some("rows"),
        }
    }

    /// Name and value of all that differs from the defaults.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.text.is_empty() {
            pairs.push(("q", self.text.clone()));
        }
        if let Some(state) = self.state {
            pairs.push(("state", state.slug().to_owned()));
        }
        if self.with_errors {
            pairs.push(("errors", "1".to_owned()));
        }
        if let Some(repo) = &self.repo {
            pairs.push(("repo", repo.clone()));
        }
        if self.order != Order::default() {
            pairs.push(("sort", self.order.slug().to_owned()));
        }
        if self.is_rows {
            pairs.push(("view", "rows".to_owned()));
        }
        pairs
    }

    pub fn href(&self) -> String {
        form::address("/", &self.pairs())
    }

    pub fn has_filter(&self) -> bool {
        !self.text.trim().is_empty() || self.state.is_some() || self.with_errors || self.repo.is_some()
    }

    /// The same density and order, without filters.
    pub fn unfiltered(&self) -> Self {
        Self {
            order: self.order,
            is_rows: self.is_rows,
            ..Self::default()
        }
    }

    pub fn admits(&self, card: &Card, status: Status) -> bool {
        self.state.is_none_or(|state| state.admits(status))
            && (!self.with_errors || card.errors > 0)
            && self.repo.as_ref().is_none_or(|repo| card.repo.as_ref() == Some(repo))
            && self.finds(card)
    }

    fn finds(&self, card: &Card) -> bool {
        let optional = [
            &card.issue,
            &card.repo,
            &card.branch,
            &card.agent,
            &card.last_error,
            &card.result,
        ];
        self.text.split_whitespace().all(|word| {
            let word = word.strip_prefix('#').unwrap_or(word);
            contains(&card.title, word)
                || contains(card.adw_id.as_str(), word)
                || contains(&card.doing, word)
                || optional
                    .iter()
                    .any(|text| text.as_deref().is_some_and(|text| contains(text, word)))
        })
    }
}

/// Whether the text contains the word, ignoring case.
fn contains(text: &str, word: &str) -> bool {
    lower(text).contains(&lower(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_what_differs_from_the_defaults_and_nothing_else() {
        assert_eq!(Query::default().href(), "/");
        let query = Query {
            text: "über & co".into(),
            state: Some(StateFilter::One(Status::Failed)),
            with_errors: true,
            repo: Some("tracking-api".into()),
            order: Order::Cost,
            is_rows: true,
        };
        assert_eq!(
            query.href(),
            "/?q=%C3%BCber%20%26%20co&state=failed&errors=1&repo=tracking-api&sort=cost&view=rows"
        );
    }

    #[test]
    fn every_address_is_read_back_as_it_was_written() {
        for order in Order::ALL {
            for state in [
                None,
                Some(StateFilter::Attention),
                Some(StateFilter::One(Status::Unknown)),
            ] {
                for is_rows in [false, true] {
                    let query = Query {
                        text: "a b".into(),
                        state,
                        with_errors: is_rows,
                        repo: state.map(|_| "repo".into()),
                        order,
                        is_rows,
                    };
                    assert_eq!(Query::of(&Address::parse(&query.href())), query);
                }
            }
        }
    }

    #[test]
    fn nonsense_in_the_address_counts_as_the_default() {
        let address = Address::parse("/?state=asleep&sort=colour&view=cube");
        assert_eq!(Query::of(&address), Query::default());
    }
}
