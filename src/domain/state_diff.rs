//! The difference of two state documents, field by field; applying it to the old one gives the new one.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::from_json::{Fault, Fields, FromJson};

/// One field that differs. Absent on a side means that the field was not there; null is a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub field: String,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub old: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub new: Option<Value>,
}

impl FromJson for Change {
    fn from_json(value: Value) -> Result<Self, Fault> {
        let mut fields = Fields::of(value)?;
        Ok(Self {
            field: fields.take("field")?,
            old: fields.raw("old"),
            new: fields.raw("new"),
        })
    }
}

/// The fields that differ, in the order of their names.
pub fn diff(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Change> {
    let gone = old.iter().filter(|(field, _)| !new.contains_key(*field));
    let gone = gone.map(|(field, value)| Change {
        field: field.clone(),
        old: Some(value.clone()),
        new: None,
    });
    let set = new.iter().filter(|(field, value)| old.get(*field) != Some(value));
    let set = set.map(|(field, value)| Change {
        field: field.clone(),
        old: old.get(field).cloned(),
        new: Some(value.clone()),
    });
    let mut changes: Vec<_> = gone.chain(set).collect();
    changes.sort_by(|a, b| a.field.cmp(&b.field));
    changes
}

/// Sets and removes the changed fields.
pub fn apply(document: &mut Map<String, Value>, changes: &[Change]) {
    for change in changes {
        match &change.new {
            Some(value) => {
                document.insert(change.field.clone(), value.clone());
            }
            None => {
                document.remove(&change.field);
            }
        }
    }
}

/// Applies one recorded state event to the document: the first contains it whole, later ones what changed.
pub fn replay(document: &mut Map<String, Value>, payload: &Value) {
    if let Some(Value::Object(whole)) = payload.get("state") {
        document.clone_from(whole);
        return;
    }
    let changed = payload.get("changed").and_then(Value::as_array);
    let changes = changed.into_iter().flatten();
    let changes: Vec<Change> = changes.filter_map(|change| Change::deserialize(change).ok()).collect();
    apply(document, &changes);
}

/// Distinguishes `null` from an absent field, which serde's `Option` does not.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-z]{0,3}".prop_map(Value::from)
        ];
        leaf.prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[a-c]", inner, 0..3)
                    .prop_map(|map| Value::Object(map.into_iter().collect()))
            ]
        })
    }

    fn document() -> impl Strategy<Value = Map<String, Value>> {
        prop::collection::btree_map("[a-f]", value(), 0..6).prop_map(|map| map.into_iter().collect())
    }

    proptest! {
        #[test]
        fn applying_the_changes_gives_the_new_state(old in document(), new in document()) {
            let changes = diff(&old, &new);
            let wire = serde_json::to_string(&changes).expect("changes are JSON");
            let changes: Vec<Change> = serde_json::from_str(&wire).expect("changes survive the wire");
            let mut document = old.clone();
            apply(&mut document, &changes);
            prop_assert_eq!(&document, &new);
            let mut replayed = Map::new();
            replay(&mut replayed, &serde_json::json!({"state": old, "changed": []}));
            replay(&mut replayed, &serde_json::json!({"changed": diff(&old, &new)}));
            prop_assert_eq!(&replayed, &new);
            prop_assert_eq!(changes.is_empty(), old == new);
        }
    }
}
