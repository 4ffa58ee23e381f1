//! The answer to a publisher: how many of its items were recorded, and which were not and why.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::hub::RecordError;
use domain::adw_id::AdwId;
use draft::Draft;
use intake::push::Refusal;
use intake::push::body::BodyError;
use journal::Outcome;

/// The answer to a push; the same body whatever the status.
#[derive(Debug, Serialize)]
pub(super) struct Reply {
    #[serde(skip)]
    code: StatusCode,
    status: &'static str,
    accepted: usize,
    /// Already known by a key, or without any change.
    duplicates: usize,
    refused: Vec<Refused>,
    /// The workflow, if all items belong to the same one.
    #[serde(skip_serializing_if = "Option::is_none")]
    adw_id: Option<AdwId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Box<Error>>,
    /// The same in a sentence, for clients that print it.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// An item that cannot be recorded, by its index in the body, from 0.
#[derive(Debug, Serialize)]
pub(super) struct Refused {
    pub(super) index: usize,
    field: String,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Error {
    /// For programs; it never changes.
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl Refused {
    pub(super) fn new(index: usize, refusal: Refusal) -> Self {
        Self {
            index,
            field: refusal.field,
            reason: refusal.reason,
        }
    }
}

impl Reply {
    pub(super) fn new() -> Self {
        Self {
            code: StatusCode::OK,
            status: "success",
            accepted: 0,
            duplicates: 0,
            refused: Vec::new(),
            adw_id: None,
            error: None,
            message: None,
        }
    }

    /// The answer to what is about to be recorded.
    pub(super) fn of(drafts: &[Draft], refused: Vec<Refused>) -> Self {
        let first = drafts.first().and_then(Draft::adw_id);
        let is_one = drafts.iter().all(|draft| draft.adw_id() == first);
        Self {
            adw_id: first.filter(|_| is_one).cloned(),
            refused,
            ..Self::new()
        }
    }

    pub(super) fn count(&mut self, outcomes: &[Outcome]) {
        for outcome in outcomes {
            match outcome {
                Outcome::Recorded(_) | Outcome::Waiting => self.accepted += 1,
                Outcome::Duplicate | Outcome::Differs => self.duplicates += 1,
            }
        }
    }

    /// The answer once everything is recorded: an error only if there were items and none of them could be recorded.
    pub(super) fn done(self) -> Self {
        let Some(first) = self.refused.first().filter(|_| self.accepted + self.duplicates == 0) else {
            return self;
        };
        let message = match self.refused.len() {
            1 => first.reason.clone(),
            count => format!(
                "none of the {count} items can be recorded; the first (index {}): {}",
                first.index, first.reason
            ),
        };
        let field = Some(first.field.clone());
        let mut reply = self.error(StatusCode::BAD_REQUEST, "invalid_event", message);
        if let Some(error) = &mut reply.error {
            error.field = field;
        }
        reply
    }

    pub(super) fn is_success(&self) -> bool {
        self.error.is_none()
    }

    /// Adds the message that clients of older servers expect.
    pub(super) fn in_words(self) -> Self {
        let message = match &self.error {
            Some(error) => error.message.clone(),
            None if self.accepted == 0 && self.duplicates > 0 => "known already".to_owned(),
            None if self.accepted == 1 => "1 event kept".to_owned(),
            None => format!("{} events kept", self.accepted),
        };
        Self {
            message: Some(message),
            ..self
        }
    }

    /// The body contains no items.
    pub(super) fn no_items(error: &BodyError) -> Self {
        let code = match error {
            BodyError::Empty => "empty_body",
            BodyError::Broken(_) => "invalid_json",
        };
        Self::new().error(StatusCode::BAD_REQUEST, code, error.to_string())
    }

    pub(super) fn too_large(max_body_bytes: usize) -> Self {
        let message =
            format!("the body is longer than {max_body_bytes} bytes; send it in parts, or raise limits.max_body");
        Self::new().error(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
    }

    pub(super) fn interrupted(why: &str) -> Self {
        let message = format!("the body ended early: {why}");
        Self::new().error(StatusCode::BAD_REQUEST, "incomplete_body", message)
    }

    pub(super) fn unsupported(message: String) -> Self {
        Self::new().error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message)
    }

    /// The answer when the journal could not record the rest.
    pub(super) fn failed(self, error: &RecordError) -> Self {
        let (status, code) = match error {
            RecordError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            RecordError::Full => (StatusCode::INSUFFICIENT_STORAGE, "disk_full"),
            RecordError::Picture(_) => (StatusCode::SERVICE_UNAVAILABLE, "picture_not_kept"),
            RecordError::Stopped(_) => (StatusCode::SERVICE_UNAVAILABLE, "recording_stopped"),
        };
        self.error(status, code, error.to_string())
    }

    fn error(self, status: StatusCode, code: &'static str, message: String) -> Self {
        Self {
            code: status,
            status: "error",
            error: Some(Box::new(Error {
                code,
                message,
                field: None,
            })),
            ..self
        }
    }
}

impl From<Reply> for Response {
    fn from(reply: Reply) -> Self {
        let status = reply.code;
        let mut response = (
            status,
            [(CACHE_CONTROL, HeaderValue::from_static("no-store"))],
            Json(reply),
        )
            .into_response();
        if status.is_server_error() {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
