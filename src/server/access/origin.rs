//! Where a page came from: the scheme, host and port that a browser sends as `Origin`.

use std::fmt;
use std::str::FromStr;

use super::host::Host;

/// A web origin. `null` is not one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: &'static str,
    host: Host,
}

/// A text that is not an origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a valid origin; an origin looks like http://localhost:5173")]
pub struct OriginError(pub String);

impl Origin {
    /// Whether a page from this origin that sends a request to `host` addresses the server it came from. The scheme is ignored:
    /// only we answer on our port, and a proxy in front of us may use TLS.
    pub fn is_of(&self, host: &Host) -> bool {
        self.host.name == host.name && self.port() == host.port.unwrap_or(self.usual_port())
    }

    fn port(&self) -> u16 {
        self.host.port.unwrap_or(self.usual_port())
    }

    fn usual_port(&self) -> u16 {
        if self.scheme == "https" { 443 } else { 80 }
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || OriginError(text.chars().take(100).collect());
        let (scheme, host) = text.split_once("://").ok_or_else(bad)?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => "http",
            "https" => "https",
            _ => return Err(bad()),
        };
        let mut origin = Self {
            scheme,
            host: host.parse().map_err(|_| bad())?,
        };
        // In the form used by browsers, so that two spellings of one origin are equal.
        if origin.host.port == Some(origin.usual_port()) {
            origin.host.port = None;
        }
        Ok(origin)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        text.parse().unwrap()
    }

    #[test]
    fn the_usual_port_need_not_be_written() {
        assert_eq!(origin("http://Localhost:80"), origin("http://localhost"));
        assert_ne!(origin("https://localhost:80"), origin("https://localhost"));
        assert_eq!(origin("https://a.example:443").to_string(), "https://a.example");
    }

    #[test]
    fn a_page_is_of_the_host_it_came_from_and_of_no_other() {
        let host = |text: &str| text.parse::<Host>().unwrap();
        assert!(origin("http://localhost:4600").is_of(&host("localhost:4600")));
        assert!(origin("http://localhost").is_of(&host("localhost")));
        assert!(origin("https://adwatch.internal").is_of(&host("adwatch.internal")));
        assert!(!origin("http://localhost:5173").is_of(&host("localhost:4600")));
        assert!(!origin("http://evil.example:4600").is_of(&host("localhost:4600")));
        assert!(!origin("http://localhost").is_of(&host("localhost:4600")));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "null",
            "",
            "*",
            "localhost:5173",
            "file://",
            "http://",
            "http://a/b",
            "http://a/",
            "ftp://a",
            "http://*.a",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
