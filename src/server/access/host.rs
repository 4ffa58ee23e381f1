//! The name under which a request reached us: `localhost:4600`, `127.0.0.1`, `[::1]:4600`.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A host and perhaps a port, in lower case and without a dot at the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Host {
    /// IPv6 addresses keep their brackets.
    pub name: String,
    pub port: Option<u16>,
}

/// A text that is not a host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a valid host; a host looks like localhost:4600 or [::1]:4600")]
pub struct HostError(pub String);

impl Host {
    /// Whether this name always means this machine, whatever a name server says (RFC 6761, 6.3).
    pub fn is_loopback(&self) -> bool {
        if self.name == "localhost" || self.name.ends_with(".localhost") {
            return true;
        }
        if let Some(address) = self.name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
        }
        self.name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether the setting `self` allows `asked`: a setting without a port allows every port.
    pub fn allows(&self, asked: &Self) -> bool {
        self.name == asked.name && (self.port.is_none() || self.port == asked.port)
    }
}

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || HostError(text.chars().take(100).collect());
        let (name, port) = match text.rfind(']') {
            Some(end) => text.split_at(end + 1),
            None => text.split_at(text.find(':').unwrap_or(text.len())),
        };
        let port = match port {
            "" => None,
            _ => Some(port.strip_prefix(':').ok_or_else(bad)?),
        };
        let port = match port {
            None => None,
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => Some(digits.parse().map_err(|_| bad())?),
            Some(_) => return Err(bad()),
        };
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix('.').unwrap_or(&name);
        let is_address = name
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
        if !is_address && !is_name {
            return Err(bad());
        }
        Ok(Self {
            name: name.to_owned(),
            port,
        })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        text.parse().unwrap()
    }

    #[test]
    fn only_names_that_no_name_server_decides_are_loopback() {
        for text in [
            "localhost",
            "LOCALHOST:4600",
            "localhost.",
            "demo.localhost:1",
            "127.0.0.1:4600",
            "127.8.9.1",
            "[::1]:4600",
        ] {
            assert!(host(text).is_loopback(), "{text}");
        }
        for text in [
            "evil.example:4600",
            "localhost.evil.example",
            "notlocalhost",
            "10.0.0.1",
            "127.0.0.1.nip.io",
            "[::2]",
            "0.0.0.0",
        ] {
            assert!(!host(text).is_loopback(), "{text}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in [
            "",
            ":4600",
            "a b",
            "host:",
            "host:port",
            "host:99999",
            "[::1",
            "::1",
            "[gg]",
            "host/path",
            "user@host",
            "host:+1",
        ] {
            // `host:` is refused too: an empty port is legal but nobody sends it.
            let read = text.parse::<Host>();
            assert!(read.is_err(), "{text} became {read:?}");
        }
    }

    #[test]
    fn a_setting_without_a_port_allows_every_port() {
        assert!(host("adwatch.internal").allows(&host("Adwatch.Internal:8443")));
        assert!(!host("adwatch.internal:80").allows(&host("adwatch.internal:81")));
        assert!(!host("adwatch.internal").allows(&host("other.internal")));
    }
}
