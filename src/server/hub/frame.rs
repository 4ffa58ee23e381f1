//! What is sent to many viewers: encoded once, and deflated once, when the first of them asks for it so.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;

use crate::deflate::deflate;
use domain::adw_id::AdwId;
use domain::frame::FromServer;

/// Shorter texts gain nothing by it: heartbeats, most answers.
const DEFLATED_FROM: usize = 512;
/// Deflating more than this takes a millisecond and is done beside the runtime.
const LONG: usize = 64 * 1024;

/// The text of a frame, shared by all who get it.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    text: Utf8Bytes,
    /// The text deflated, once somebody has asked; none inside where that is no shorter. None outside for short texts.
    deflated: Option<Arc<OnceLock<Option<Bytes>>>>,
}

/// Why a frame cannot be sent. Nothing is sent in its place: an empty frame would pass for news.
#[derive(Clone, Debug, thiserror::Error)]
#[error("a frame cannot be written as JSON: {0}")]
pub struct EncodeError(String);

impl Frame {
    pub fn encode(frame: &FromServer) -> Result<Self, EncodeError> {
        let text = serde_json::to_string(frame);
        text.map(Self::from).map_err(|error| EncodeError(error.to_string()))
    }

    /// An `events` frame spliced from wire texts; `head` where it lies further on.
    pub(super) fn of_events<'a>(
        adw_id: &AdwId,
        from: u64,
        to: u64,
        head: Option<u64>,
        texts: impl Iterator<Item = &'a str>,
    ) -> Self {
        // No character that is allowed in an id is written otherwise in JSON.
        let mut frame =
            format!("{{\"type\":\"events\",\"data\":{{\"adw_id\":\"{adw_id}\",\"from\":{from},\"to\":{to},");
        if let Some(head) = head {
            frame.push_str(&format!("\"head\":{head},"));
        }
        frame.push_str("\"list\":[");
        for (at, text) in texts.enumerate() {
            if at > 0 {
                frame.push(',');
            }
            frame.push_str(text);
        }
        frame.push_str("]}}");
        Self::from(frame)
    }

    /// The deflated text; none where it is better sent as it is. The first to ask waits for it, and so do those who ask meanwhile.
    pub fn deflated(&self) -> Option<Bytes> {
        let once = self.deflated.as_ref()?;
        once.get_or_init(|| deflate(self.text.as_bytes()).map(Bytes::from))
            .clone()
    }

    /// Deflates a long text where nobody waits behind it.
    pub async fn deflate_aside(&self) {
        let is_waiting = self.deflated.as_ref().is_some_and(|once| once.get().is_none());
        if is_waiting && self.text.len() > LONG {
            let frame = self.clone();
            // If it fails, the text is deflated by who asks.
            let _ = tokio::task::spawn_blocking(move || frame.deflated()).await;
        }
    }
}

impl Deref for Frame {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl<T: Into<Utf8Bytes>> From<T> for Frame {
    fn from(text: T) -> Self {
        let text = text.into();
        let is_long_enough = text.len() >= DEFLATED_FROM;
        Self {
            text,
            deflated: is_long_enough.then(Arc::default),
        }
    }
}

impl From<Frame> for Bytes {
    fn from(frame: Frame) -> Self {
        frame.text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deflate::inflate;

    #[test]
    fn all_copies_share_what_one_of_them_deflated() {
        let text = "the same again ".repeat(100);
        let frame = Frame::from(text.clone());
        let (one, other) = (frame.clone().deflated().unwrap(), frame.deflated().unwrap());
        assert_eq!(one.as_ptr(), other.as_ptr());
        assert_eq!(inflate(&one, 10_000), Ok(text.into_bytes()));
    }

    #[test]
    fn spliced_events_read_as_the_frame_that_they_are() {
        let adw_id: AdwId = "a-Ü_.+@=~, 1".parse().unwrap();
        let spliced = Frame::of_events(&adw_id, 3, 4, Some(9), [].into_iter());
        let encoded = Frame::encode(&FromServer::Events {
            adw_id,
            from: 3,
            to: 4,
            head: Some(9),
            list: Vec::new(),
        });
        assert_eq!(*spliced, *encoded.unwrap());
    }

    #[test]
    fn a_short_text_is_sent_as_it_is() {
        assert_eq!(Frame::from("a".repeat(DEFLATED_FROM - 1)).deflated(), None);
        assert!(Frame::from("a".repeat(DEFLATED_FROM)).deflated().is_some());
    }

    #[tokio::test]
    async fn a_long_text_is_deflated_aside() {
        let frame = Frame::from("long ".repeat(LONG));
        frame.deflate_aside().await;
        assert!(frame.deflated.unwrap().get().is_some());
    }
}
