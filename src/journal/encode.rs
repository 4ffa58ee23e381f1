//! Writing as JSON what is stored: what cannot be written is an error, and never an empty text in the place of what was good.

use serde::Serialize;
use serde_json::Value;

use super::JournalError;

/// The value as a text; `what` tells a person which one it was.
pub(super) fn text(what: &'static str, value: &impl Serialize) -> Result<String, JournalError> {
    serde_json::to_string(value).map_err(|error| failed(what, &error))
}

/// The same as a part of another.
pub(super) fn value(what: &'static str, value: &impl Serialize) -> Result<Value, JournalError> {
    serde_json::to_value(value).map_err(|error| failed(what, &error))
}

fn failed(what: &'static str, error: &serde_json::Error) -> JournalError {
    JournalError::Encode {
        what,
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_json_cannot_hold_is_an_error_that_names_it() {
        let pairs = BTreeMap::from([((1, 2), 3)]);
        for error in [
            text("a timeline", &pairs).expect_err("no text"),
            value("a timeline", &pairs).expect_err("no value"),
        ] {
            let told = error.to_string();
            assert!(told.starts_with("a timeline cannot be written as JSON"), "{told}");
        }
    }
}
