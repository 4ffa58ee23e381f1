//! JSON that is written back unchanged: the order of fields, duplicate fields and the spelling of numbers are kept.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::value::RawValue;

/// A value of JSON.
#[derive(Clone, Debug)]
pub(super) enum Ordered {
    /// A text, a number, true, false or null, as it was written.
    Scalar(Box<RawValue>),
    List(Vec<Ordered>),
    Object(Vec<(String, Ordered)>),
}

impl Ordered {
    /// Reads a text.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        // What is nested too deep for serde_json is refused here, before the recursion below would overflow the stack.
        serde_json::from_str::<serde_json::Value>(text)?;
        serde_json::from_str(text)
    }

    /// Writes it like Claude Code: indented by two.
    pub fn print(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    pub fn get(&self, field: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields.iter().rfind(|(name, _)| name == field).map(|(_, value)| value),
            Self::List(_) | Self::Scalar(_) => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            Self::Object(_) | Self::Scalar(_) => None,
        }
    }

    pub fn as_text(&self) -> Option<String> {
        match self {
            Self::Scalar(raw) => serde_json::from_str(raw.get()).ok(),
            Self::Object(_) | Self::List(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The first character shows what it is, and its contents are read in the same way.
        let raw = <&RawValue>::deserialize(deserializer)?;
        let inner = &mut serde_json::Deserializer::from_str(raw.get());
        let read = match raw.get().as_bytes().first() {
            Some(b'{') => inner.deserialize_map(Fields).map(Self::Object),
            Some(b'[') => inner.deserialize_seq(Items).map(Self::List),
            _ => Ok(Self::Scalar(raw.to_owned())),
        };
        read.map_err(serde::de::Error::custom)
    }
}

struct Fields;
struct Items;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<(String, Ordered)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(fields)
    }
}

impl<'de> Visitor<'de> for Items {
    type Value = Vec<Ordered>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(items)
    }
}

impl Serialize for Ordered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Scalar(raw) => raw.serialize(serializer),
            Self::List(items) => items.serialize(serializer),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_changes_is_written_as_it_was() {
        let text = r#"{
  "z": 1.0,
  "a": [
    12345678901234567890123,
    "\u00e4\/",
    null,
    {},
    []
  ],
  "z": true
}
"#;
        assert_eq!(Ordered::parse(text).expect("JSON").print().expect("text"), text);
        assert!(Ordered::parse("{\"a\": 1,}").is_err());
        assert!(Ordered::parse("// no\n{}").is_err());
    }
}
