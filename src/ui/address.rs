//! The address of the page at hand, and which page that is.
//!
//! Two pages do not need a framework's router, which made up a twentieth of what the browser downloads.

use leptos::prelude::*;

use crate::store::use_store;
use domain::adw_id::AdwId;
use domain::form;

/// The current address: a path and the pairs of its query, decoded. Provided as context by whoever draws the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pub path: String,
    pub query: Vec<(String, String)>,
}

/// All pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    Board,
    Workflow(AdwId),
    Nowhere,
}

/// A requested navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Going {
    pub href: String,
    /// Whether it replaces the current entry in the browser's history.
    pub replaces: bool,
}

impl Address {
    /// Reads `/w/c0a43f47?detail=logs`.
    pub fn parse(text: &str) -> Self {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        Self {
            path: form::decoded(&path.replace('+', "%2B")),
            query: form::pairs(query).collect(),
        }
    }

    /// The value of a name, or the first of several.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn route(&self) -> Route {
        if self.path == "/" {
            return Route::Board;
        }
        match self.path.strip_prefix("/w/").map(str::parse) {
            Some(Ok(adw_id)) => Route::Workflow(adw_id),
            Some(Err(_)) | None => Route::Nowhere,
        }
    }

    /// The address as it is written in a link.
    pub fn href(&self) -> String {
        let pairs: Vec<(&str, String)> = self
            .query
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        form::address(&form::escape(&self.path), &pairs)
    }
}

/// Goes to another address of this app. Unlike a link, this needs script.
pub fn go(href: String, replaces: bool) {
    use_store().going.set(Some(Going { href, replaces }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_which_page_it_is() {
        let route = |text: &str| Address::parse(text).route();
        assert_eq!(route("/"), Route::Board);
        assert_eq!(route("/?q=a"), Route::Board);
        assert_eq!(route("/w/--skip-e2e"), Route::Workflow("--skip-e2e".parse().unwrap()));
        assert_eq!(route("/w/a%5Fb?detail=logs"), Route::Workflow("a_b".parse().unwrap()));
        for text in ["/w/", "/w/a/b", "/w/..", "/x", ""] {
            assert_eq!(route(text), Route::Nowhere, "{text}");
        }
    }

    #[test]
    fn an_address_is_read_and_written_alike() {
        let address = Address::parse("/w/c0a43f47?detail=logs&q=a%20%26%20b");
        assert_eq!(address.get("q"), Some("a & b"));
        assert_eq!(address.get("seq"), None);
        assert_eq!(address.href(), "/w/c0a43f47?detail=logs&q=a%20%26%20b");
    }
}
