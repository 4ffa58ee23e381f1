//! Requests by REST, for when WebSocket is unavailable.

use gloo_net::http::Request;
use leptos::task::spawn_local;
use serde_json::Value;
use web_sys::AbortSignal;

use domain::follow::{RestAnswer, RestQuery};
use domain::from_json::FromJson;

/// How long to wait for an answer.
const ANSWER_MS: u32 = 10_000;

pub(super) async fn ask(query: &RestQuery) -> RestAnswer {
    let path = query.path();
    let answer = match query {
        RestQuery::Board => get(&path).await.map(|found| found.map(RestAnswer::Board)),
        RestQuery::State(_) => get(&path)
            .await
            .map(|found| found.map(|state| RestAnswer::State(Box::new(state)))),
        RestQuery::Events { .. } => get(&path).await.map(|found| found.map(RestAnswer::Events)),
    };
    match answer {
        Some(Some(answer)) => answer,
        Some(None) => RestAnswer::Missing,
        None => RestAnswer::Failed,
    }
}

/// What an address of the API returns, as a future; none if it cannot be loaded.
pub(super) fn fetch(path: String, take: Box<dyn FnOnce(Option<Value>)>) {
    spawn_local(async move { take(get(&path).await.flatten()) });
}

/// The answer; the inner none is a 404, the outer one any other failure.
async fn get<T: FromJson>(path: &str) -> Option<Option<T>> {
    let signal = AbortSignal::timeout_with_u32(ANSWER_MS);
    let response = Request::get(path).abort_signal(Some(&signal)).send().await.ok()?;
    if response.status() == 404 {
        return Some(None);
    }
    let text = response.text().await.ok().filter(|_| response.ok())?;
    let value = serde_json::from_str(&text).ok()?;
    T::from_json(value).ok().map(Some)
}
