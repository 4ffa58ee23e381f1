//! A browser's requests on the socket, and the errors for invalid ones.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use domain::frame::{Subscribe, Unsubscribe};

/// A valid frame from the browser.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Subscribe(Subscribe),
    Unsubscribe(Unsubscribe),
    Ping,
}

/// An invalid frame. The socket stays open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misunderstood {
    pub code: &'static str,
    pub message: String,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    name: String,
    #[serde(default)]
    data: Value,
}

impl Request {
    pub fn parse(text: &str) -> Result<Self, Misunderstood> {
        let envelope: Envelope = serde_json::from_str(text).map_err(|error| Misunderstood {
            code: "bad_json",
            message: format!("a frame must be {{\"type\":…,\"data\":{{…}}}}: {error}"),
        })?;
        match envelope.name.as_str() {
            "subscribe" => {
                let asked: Subscribe = data(envelope.data, "subscribe")?;
                let names_something = asked.adw_id.is_some() || asked.board;
                names_something
                    .then_some(Self::Subscribe(asked))
                    .ok_or_else(|| nothing_named("subscribe"))
            }
            "unsubscribe" => {
                let asked: Unsubscribe = data(envelope.data, "unsubscribe")?;
                let names_something = asked.adw_id.is_some() || asked.board;
                names_something
                    .then_some(Self::Unsubscribe(asked))
                    .ok_or_else(|| nothing_named("unsubscribe"))
            }
            "ping" => Ok(Self::Ping),
            other => Err(Misunderstood {
                code: "unknown_type",
                message: format!(
                    "unknown type {:?}; send subscribe, unsubscribe or ping",
                    other.chars().take(64).collect::<String>()
                ),
            }),
        }
    }
}

fn data<T: DeserializeOwned + Default>(data: Value, name: &str) -> Result<T, Misunderstood> {
    if data.is_null() {
        return Ok(T::default());
    }
    serde_json::from_value(data).map_err(|error| Misunderstood {
        code: "bad_data",
        message: format!("invalid data of {name}: {error}"),
    })
}

fn nothing_named(name: &str) -> Misunderstood {
    Misunderstood {
        code: "bad_data",
        message: format!("{name} needs an adw_id, or \"board\":true"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_understood() {
        let subscribe = Request::parse(r#"{"type":"subscribe","data":{"adw_id":"c0a43f47","epoch":"e","after":7}}"#);
        assert_eq!(
            subscribe,
            Ok(Request::Subscribe(Subscribe {
                adw_id: Some("c0a43f47".parse().unwrap()),
                epoch: Some("e".to_owned()),
                after: Some(7),
                board: false,
            }))
        );
        let board = Request::parse(r#"{"type":"unsubscribe","data":{"board":true}}"#);
        assert!(matches!(
            board,
            Ok(Request::Unsubscribe(Unsubscribe {
                adw_id: None,
                board: true
            }))
        ));
        for ping in [
            r#"{"type":"ping"}"#,
            r#"{"type":"ping","data":{}}"#,
            r#"{"data":{"t":1},"type":"ping","v":2}"#,
        ] {
            assert_eq!(Request::parse(ping), Ok(Request::Ping), "{ping}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (text, code, hint) in [
            ("", "bad_json", "EOF"),
            ("{", "bad_json", "EOF"),
            ("[]", "bad_json", "type"),
            (r#"{"data":{}}"#, "bad_json", "missing field `type`"),
            (r#"{"type":"subscribe"}"#, "bad_data", "needs an adw_id"),
            (
                r#"{"type":"subscribe","data":{"adw_id":"../etc"}}"#,
                "bad_data",
                "path component",
            ),
            (
                r#"{"type":"subscribe","data":{"adw_id":"a","after":-1}}"#,
                "bad_data",
                "-1",
            ),
            (r#"{"type":"subscribe","data":[1]}"#, "bad_data", "subscribe"),
            (r#"{"type":"unsubscribe","data":{}}"#, "bad_data", "needs an adw_id"),
            (r#"{"type":"dance"}"#, "unknown_type", "\"dance\""),
        ] {
            let refused = Request::parse(text).unwrap_err();
            assert_eq!(refused.code, code, "{text}");
            assert!(refused.message.contains(hint), "{text}: {}", refused.message);
        }
    }

    #[test]
    fn nesting_has_a_limit() {
        let deep = format!(r#"{{"type":"ping","data":{}}}"#, "[".repeat(8_000));
        assert_eq!(Request::parse(&deep).unwrap_err().code, "bad_json");
    }
}
