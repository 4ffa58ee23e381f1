//! The order of a state document's phases: a document that is read into a map has lost it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// More phases than any document has.
const PHASES: usize = 32;

/// The names under `phases`, as they stand in the text; none where there is no such map.
pub fn of_document(text: &str) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Document {
        #[serde(default)]
        phases: Names,
    }
    serde_json::from_str(text).map_or_else(|_| Vec::new(), |document: Document| document.phases.0)
}

#[derive(Default)]
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
        let mut names = Vec::new();
        while let Some((name, _)) = map.next_entry::<String, IgnoredAny>()? {
            if names.len() < PHASES {
                names.push(name);
            }
        }
        Ok(Names(names))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Names::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Names, E> {
        Ok(Names::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Names, E> {
        Ok(Names::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Names, E> {
        Ok(Names::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Names, E> {
        Ok(Names::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Names, E> {
        Ok(Names::default())
    }

    fn visit_unit<E>(self) -> Result<Names, E> {
        Ok(Names::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_in_the_order_of_the_text() {
        let text = r#"{"a": [1], "phases": {"suit": {"status": "done"}, "build": "pending", "learn": null}, "z": 1}"#;
        assert_eq!(of_document(text), ["suit", "build", "learn"]);
        for text in [
            r#"{"phases": ["a"]}"#,
            r#"{"phases": 3}"#,
            r#"{"phases": null}"#,
            r#"{"phases": "x"}"#,
            "{}",
            "[]",
            "no",
        ] {
            assert!(of_document(text).is_empty(), "{text}");
        }
    }
}
