//! The server that events are for: its address, and the name of its folder in the spool.

/// Where a server listens by default.
pub const DEFAULT_URL: &str = "http://127.0.0.1:4600";
/// Names under which a server on this machine is reached. They mean one server, so they share one folder.
const THIS_MACHINE: [&str; 3] = ["localhost", "[::1]", "0.0.0.0"];

/// Why an address cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a server address; give one like http://127.0.0.1:4600")]
pub struct DestinationError(String);

/// A server, by its base URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    url: String,
    folder: String,
    is_local: bool,
}

impl Destination {
    /// Reads a base URL: `http` or `https`, a host, perhaps a port and a path.
    pub fn parse(url: &str) -> Result<Self, DestinationError> {
        let error = || DestinationError(url.to_owned());
        let (scheme, rest) = url.trim().split_once("://").ok_or_else(error)?;
        let scheme = scheme.to_ascii_lowercase();
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let is_bad = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | '?' | '#' | '\\');
        if !matches!(scheme.as_str(), "http" | "https") || authority.contains(is_bad) || path.contains(is_bad) {
            return Err(error());
        }
        let authority = authority.to_ascii_lowercase();
        let (host, port) = match authority.rsplit_once(':') {
            // The colons of an address in brackets do not precede a port.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            Some(_) | None => (authority.as_str(), None),
        };
        if host.is_empty() || port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return Err(error());
        }
        let host = if THIS_MACHINE.contains(&host) {
            "127.0.0.1"
        } else {
            host
        };
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let path = path.trim_end_matches('/');
        let slash = if path.is_empty() { "" } else { "/" };
        Ok(Self {
            folder: folder_of(&format!("{scheme}://{host}{port}{slash}{path}")),
            url: format!("{scheme}://{authority}{slash}{path}"),
            is_local: host.starts_with("127."),
        })
    }

    /// The base URL as it was given, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of its folder in the spool.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Whether it is on this machine, which is never reached through a proxy.
    pub fn is_local(&self) -> bool {
        self.is_local
    }
}

/// Every run of characters that should not be in a file name becomes one `_`.
fn folder_of(url: &str) -> String {
    let mut folder = String::with_capacity(url.len());
    for c in url.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') {
            folder.push(c);
        } else if !folder.ends_with('_') {
            folder.push('_');
        }
    }
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_has_one_folder_whatever_it_is_called() {
        for (url, folder) in [
            ("http://127.0.0.1:4600", "http_127.0.0.1_4600"),
            ("http://localhost:4600/", "http_127.0.0.1_4600"),
            ("HTTP://LocalHost:4600", "http_127.0.0.1_4600"),
            ("http://[::1]:4600", "http_127.0.0.1_4600"),
            ("http://0.0.0.0:4600//", "http_127.0.0.1_4600"),
            ("https://Adwatch.Example/Team", "https_adwatch.example_Team"),
            ("http://[2001:db8::1]:80", "http_2001_db8_1_80"),
        ] {
            assert_eq!(Destination::parse(url).expect(url).folder(), folder, "{url}");
        }
        let kept = Destination::parse("http://localhost:4600/adwatch/").expect("an address");
        assert_eq!(kept.url(), "http://localhost:4600/adwatch");
        assert!(kept.is_local());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "127.0.0.1:4600",
            "ftp://host",
            "http://",
            "http://:4600",
            "http://a b",
            "http://host:port",
            "http://user@host",
            "http://host/?q",
        ] {
            assert!(Destination::parse(bad).is_err(), "{bad}");
        }
    }
}
