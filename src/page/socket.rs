//! A WebSocket that reports to a callback until it is dropped, and never afterwards.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{MessageEvent, WebSocket};

use super::window::socket_url;
use domain::frame::{FromBrowser, PROTOCOL};

/// What a socket reports.
pub(super) enum Report {
    Text(String),
    /// It closed, or could not be opened.
    Closed,
}

/// Closes when it is dropped. A callback may drop it: its memory is kept until it returns.
pub(super) struct Socket {
    socket: WebSocket,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut()>,
}

impl Socket {
    /// None if WebSockets are not allowed at all.
    pub fn open(report: impl Fn(Report) + Clone + 'static) -> Option<Self> {
        let socket = WebSocket::new_with_str(&socket_url()?, PROTOCOL).ok()?;
        let on_text = report.clone();
        let on_message = Closure::new(move |message: MessageEvent| {
            // What is not text is not ours; the text of a frame is never empty.
            on_text(Report::Text(message.data().as_string().unwrap_or_default()));
        });
        let on_close = Closure::new(move || report(Report::Closed));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Some(Self {
            socket,
            _on_message: on_message,
            _on_close: on_close,
        })
    }

    /// What cannot be sent is requested again after the next reconnect.
    pub fn send(&self, frame: &FromBrowser) {
        if let Ok(text) = serde_json::to_string(frame) {
            let _ = self.socket.send_with_str(&text);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}
