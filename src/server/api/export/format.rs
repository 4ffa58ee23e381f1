//! The four files that a workflow can be exported as.

use super::{csv, txt};
use domain::adw_id::AdwId;
use domain::event::Event;
use journal::JournalError;

/// The format of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// An event on each line, as it is in the journal; what `adwatch import` reads.
    #[default]
    Ndjson,
    /// One document with all events.
    Json,
    /// For people to read.
    Txt,
    /// For spreadsheets.
    Csv,
}

impl Format {
    pub const ALL: [Self; 4] = [Self::Ndjson, Self::Json, Self::Txt, Self::Csv];

    /// Its name in an address, and the extension of the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Txt => "txt",
            Self::Csv => "csv",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Json => "application/json",
            Self::Txt => "text/plain; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    /// The headers for a file named after the workflow; the name of a filtered one says that it is a part.
    pub(super) fn disposition(self, adw_id: &AdwId, is_whole: bool) -> String {
        let part = if is_whole { "" } else { "-part" };
        let name = |id: &str| format!("adwatch-{id}{part}.{}", self.name());
        let plain: String = adw_id
            .as_str()
            .chars()
            .map(|c| if c.is_ascii() { c } else { '_' })
            .collect();
        let disposition = format!("attachment; filename=\"{}\"", name(&plain));
        if plain == adw_id.as_str() {
            return disposition;
        }
        // RFC 6266: a name that is not ASCII has a parameter of its own, for clients that support it.
        let escaped = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'+' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        };
        let encoded: String = name(adw_id.as_str()).bytes().map(escaped).collect();
        format!("{disposition}; filename*=UTF-8''{encoded}")
    }

    pub(super) fn begin(self, out: &mut String, epoch: &str, adw_id: &AdwId, head: u64, first: u64) {
        match self {
            Self::Ndjson | Self::Txt => {}
            // An adw_id holds no quote, an epoch only hex digits.
            Self::Json => out.push_str(&format!(
                "{{\"epoch\":\"{epoch}\",\"adw_id\":\"{adw_id}\",\"head\":{head},\"first\":{first},\"events\":["
            )),
            Self::Csv => csv::header(out),
        }
    }

    /// Adds one event, given as its wire text.
    pub(super) fn write(self, out: &mut String, is_first: bool, text: &str) -> Result<(), JournalError> {
        match self {
            Self::Ndjson => {
                out.push_str(text);
                out.push('\n');
            }
            Self::Json => {
                out.push_str(if is_first { "\n" } else { ",\n" });
                out.push_str(text);
            }
            Self::Txt => txt::write(out, &read(text)?),
            Self::Csv => csv::write(out, &read(text)?),
        }
        Ok(())
    }

    pub(super) fn end(self, out: &mut String) {
        match self {
            Self::Json => out.push_str("\n]}\n"),
            Self::Ndjson | Self::Txt | Self::Csv => {}
        }
    }
}

fn read(text: &str) -> Result<Event, JournalError> {
    serde_json::from_str(text).map_err(|error| JournalError::Read(format!("a stored event cannot be read: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_workflow() {
        let named = |id: &str, is_whole| Format::Csv.disposition(&id.parse().unwrap(), is_whole);
        assert_eq!(named("c0a43f47", true), "attachment; filename=\"adwatch-c0a43f47.csv\"");
        assert_eq!(
            named("--skip-e2e", false),
            "attachment; filename=\"adwatch---skip-e2e-part.csv\""
        );
        assert_eq!(
            named("café 1", true),
            "attachment; filename=\"adwatch-caf_ 1.csv\"; filename*=UTF-8''adwatch-caf%C3%A9%201.csv"
        );
    }
}
