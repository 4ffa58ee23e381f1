//! Reads addresses and queries strictly: a misspelt filter must not look like "no filter".

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::export::Format;
use crate::error::ApiError;
use domain::adw_id::AdwId;
use domain::event::Kind;
use domain::form;
use domain::level::Level;
use journal::PageQuery;

/// The default number of events in a page.
const USUAL: usize = 200;
/// The largest number of events in a page.
pub const MOST: usize = 1_000;
/// The default and the largest number of seqs in a search.
const USUAL_FOUND: usize = 1_000;
const MOST_FOUND: usize = 10_000;

/// 2^53 - 1, the last number that every reader of JSON reads exactly; no workflow gets there.
pub const LAST_SEQ: u64 = 9_007_199_254_740_991;

/// The workflow that the address names.
pub struct WorkflowPath(pub AdwId);

/// A workflow and the number of one of its events.
pub struct EventPath(pub AdwId, pub u64);

impl<S: Send + Sync> FromRequestParts<S> for WorkflowPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        let Path(text) = text.map_err(|rejection| unreadable(&rejection))?;
        adw_id(&text).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for EventPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let texts = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((id, seq)) = texts.map_err(|rejection| unreadable(&rejection))?;
        let id = adw_id(&id)?;
        match seq.parse() {
            Ok(seq) if (1..=LAST_SEQ).contains(&seq) => Ok(Self(id, seq)),
            _ => Err(ApiError::bad_field(
                "seq",
                format!("seq must be a whole number of at least 1, not {}", shown(&seq)),
            )),
        }
    }
}

fn unreadable(rejection: &PathRejection) -> ApiError {
    ApiError::bad_field("adw_id", format!("the address is invalid: {rejection}"))
}

fn adw_id(text: &str) -> Result<AdwId, ApiError> {
    text.parse()
        .map_err(|error: domain::adw_id::AdwIdError| ApiError::bad_field("adw_id", error.to_string()))
}

/// Reads `?after=&before=&limit=&kind=&agent=&level=&q=`; an empty value counts as absent.
pub fn page_query(query: &str) -> Result<PageQuery, ApiError> {
    limited(query, USUAL, MOST)
}

/// The same for a search, which may return more.
pub(super) fn search_query(query: &str) -> Result<PageQuery, ApiError> {
    limited(query, USUAL_FOUND, MOST_FOUND)
}

fn limited(query: &str, usual: usize, most: usize) -> Result<PageQuery, ApiError> {
    let asked = PageQuery {
        limit: usual,
        ..PageQuery::default()
    };
    filters(
        form::pairs(query),
        asked,
        most,
        "after, before, limit, kind, agent, level and q",
    )
}

/// Reads `?format=` and the filters of a page; an export has no limit.
pub(super) fn export_query(query: &str) -> Result<(Format, PageQuery), ApiError> {
    const ALLOWED: &str = "format, after, before, kind, agent, level and q";
    let (formats, others): (Vec<_>, Vec<_>) = form::pairs(query).partition(|(name, _)| name == "format");
    if formats.len() > 1 {
        return Err(ApiError::bad_field("format", "format is given twice"));
    }
    if others.iter().any(|(name, _)| name == "limit") {
        let message = format!("an export takes no limit; allowed parameters are {ALLOWED}");
        return Err(ApiError::bad_field("limit", message));
    }
    let format = match formats.first() {
        Some((_, name)) if !name.is_empty() => Format::from_name(name).ok_or_else(|| no_format(name))?,
        Some(_) | None => Format::default(),
    };
    Ok((format, filters(others, PageQuery::default(), MOST, ALLOWED)?))
}

fn no_format(name: &str) -> ApiError {
    let names = Format::ALL.map(Format::name).join(", ");
    ApiError::bad_field(
        "format",
        format!("{} is not a format; the formats are {names}", shown(name)),
    )
}

fn filters(
    pairs: impl IntoIterator<Item = (String, String)>,
    mut asked: PageQuery,
    most: usize,
    allowed: &str,
) -> Result<PageQuery, ApiError> {
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in pairs {
        let may_repeat = matches!(name.as_str(), "kind" | "agent" | "level");
        if seen.contains(&name) && !may_repeat {
            return Err(ApiError::bad_field(&name, format!("{name} is given twice")));
        }
        match (name.as_str(), value.as_str()) {
            ("after" | "before" | "limit" | "kind" | "agent" | "level" | "q", "") => {}
            ("after", value) => asked.after = Some(number(&name, value)?),
            ("before", value) => asked.before = Some(number(&name, value)?),
            ("limit", value) => {
                let limit = number(&name, value)?;
                asked.limit = usize::try_from(limit)
                    .ok()
                    .filter(|limit| (1..=most).contains(limit))
                    .ok_or_else(|| ApiError::bad_field(&name, format!("limit must be 1 to {most}, not {value}")))?;
            }
            ("kind", value) => asked.filter.kinds.push(kind(value)?),
            ("agent", _) => asked.filter.agents.push(value),
            ("level", value) => asked.filter.levels.push(level(value)?),
            ("q", _) => asked.filter.q = Some(value),
            _ => {
                let message = format!("{} is not a parameter; allowed parameters are {allowed}", shown(&name));
                return Err(ApiError::bad_field(name, message));
            }
        }
        seen.push(name);
    }
    Ok(asked)
}

fn number(name: &str, value: &str) -> Result<u64, ApiError> {
    let number = value.parse().ok().filter(|number| *number <= LAST_SEQ);
    number.ok_or_else(|| {
        ApiError::bad_field(
            name,
            format!("{name} must be a whole number of at least 0, not {}", shown(value)),
        )
    })
}

fn kind(value: &str) -> Result<Kind, ApiError> {
    Kind::from_name(value).ok_or_else(|| {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        ApiError::bad_field(
            "kind",
            format!("{} is not a kind; the kinds are {}", shown(value), names.join(", ")),
        )
    })
}

fn level(value: &str) -> Result<Level, ApiError> {
    Level::from_name(value).ok_or_else(|| {
        let names = Level::ALL.map(Level::name).join(", ");
        ApiError::bad_field(
            "level",
            format!("{} is not a level; the levels are {names}", shown(value)),
        )
    })
}

fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(64).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use journal::Filter;

    #[test]
    fn every_filter_is_read() {
        let asked = page_query(
            "after=3&before=90&limit=7&kind=text_block&agent=sdlc+planner&level=error&kind=other&q=caf%C3%A9%20%26",
        )
        .unwrap();
        assert_eq!(
            asked,
            PageQuery {
                after: Some(3),
                before: Some(90),
                limit: 7,
                filter: Filter {
                    kinds: vec![Kind::TextBlock, Kind::Other],
                    agents: vec!["sdlc planner".to_owned()],
                    levels: vec![Level::Error],
                    q: Some("café &".to_owned()),
                },
            }
        );
        let usual = PageQuery {
            limit: USUAL,
            ..PageQuery::default()
        };
        assert_eq!(page_query("").unwrap(), usual);
        assert_eq!(page_query("after=&kind=&q=").unwrap(), usual);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (query, field, hint) in [
            ("limit=0", "limit", "1 to 1000"),
            ("limit=1001", "limit", "1 to 1000"),
            ("limit=ten", "limit", "\"ten\""),
            ("after=-1", "after", "at least 0"),
            ("before=9007199254740992", "before", "at least 0"),
            ("after=1&after=2", "after", "twice"),
            ("kind=thinking", "kind", "agent_thinking"),
            ("level=warn", "level", "warning"),
            ("q=a&q=b", "q", "twice"),
            ("agnet=x", "agnet", "not a parameter"),
        ] {
            let error = page_query(query).unwrap_err();
            assert_eq!(error.field.as_deref(), Some(field), "{query}");
            assert!(error.message.contains(hint), "{query}: {}", error.message);
        }
    }
}
