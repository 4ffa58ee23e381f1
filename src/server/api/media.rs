//! `GET /media/{name}`: a picture that an event refers to, as the agent wrote it.
//!
//! It comes from an agent, so it is served strictly as an image: its type is one of four, browsers may not guess another,
//! and when opened alone it can neither load nor run anything.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::read;
use crate::error::ApiError;
use crate::openapi::{parameters, shapes};
use crate::shared::Shared;
use domain::media_name::MediaName;

/// A picture never changes under its name.
const FOR_EVER: &str = "private, max-age=31536000, immutable";
const ALONE: &str = "default-src 'none'; sandbox";
/// What a page shows instead of a picture that is referred to but not available.
const MISSING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"160\" height=\"90\" viewBox=\"0 0 160 90\">\
    <path d=\"M60 25h40v40H60zM60 65l40-40\" fill=\"none\" stroke=\"#808a91\" stroke-width=\"2\"/>\
    <text x=\"80\" y=\"82\" font-family=\"sans-serif\" font-size=\"10\" text-anchor=\"middle\" fill=\"#808a91\">not available</text></svg>";

/// A picture that an event refers to, as the agent wrote it. It never changes.
#[utoipa::path(get, path = "/media/{name}", tag = "reading", params(parameters::OfPicture), responses(
    (status = 200, description = "The picture", content(
        (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/gif"), (Vec<u8> = "image/webp"),
    )),
    (status = 304, description = "The client already has it (`if-none-match`)"),
    (status = 404, description = "The picture is not available", content(
        (shapes::Error = "application/json"), (String = "image/svg+xml"),
    )),
))]
pub(super) async fn picture(
    State(shared): State<Shared>,
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let name = name.ok().and_then(|Path(name)| name.parse::<MediaName>().ok());
    let name = name.ok_or_else(|| ApiError::not_found("the picture does not exist"))?;
    let asked = name.clone();
    let is_told_of = read(&shared, move |hub| hub.archive.referrers(&asked)).await?;
    if is_told_of.is_empty() {
        return Err(ApiError::not_found("no event refers to this picture"));
    }
    let etag = format!("\"{}\"", &name.as_str()[..64]);
    if is_known(&etag, &headers) {
        return Ok((StatusCode::NOT_MODIFIED, [(CACHE_CONTROL, FOR_EVER)], [(ETAG, etag)]).into_response());
    }
    let wanted = name.clone();
    let Some(bytes) = read(&shared, move |hub| hub.archive.picture(&wanted)).await? else {
        return Ok(missing(&headers));
    };
    let about = [
        (CONTENT_TYPE, name.raster().media_type()),
        (CACHE_CONTROL, FOR_EVER),
        (CONTENT_SECURITY_POLICY, ALONE),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((about, [(ETAG, etag)], bytes).into_response())
}

/// An export refers to its pictures but does not contain them. A page shows that one is missing, a program gets an error.
fn missing(headers: &HeaderMap) -> Response {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    if !accepted.is_some_and(|accepted| accepted.contains("image/")) {
        let message =
            "the picture is not available: the event that refers to it was imported, and exports contain no pictures";
        return ApiError::not_found(message).into_response();
    }
    let about = [
        (CONTENT_TYPE, "image/svg+xml"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, ALONE),
    ];
    (StatusCode::NOT_FOUND, about, MISSING).into_response()
}

fn is_known(etag: &str, headers: &HeaderMap) -> bool {
    let known = headers.get(IF_NONE_MATCH).map(HeaderValue::to_str);
    let Some(Ok(known)) = known else { return false };
    let mut tags = known.split(',').map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == "*" || tag == etag)
}
