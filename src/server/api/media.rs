//! `GET /media/{name}`: a picture that an event tells of, as the agent wrote it.
//!
//! It comes from an agent, so it is served as nothing but an image: its type is one of four, it is not guessed at, and
//! opened alone it can neither load nor run anything.

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
/// What a page shows in place of a picture that is told of and not here.
const MISSING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"160\" height=\"90\" viewBox=\"0 0 160 90\">\
    <path d=\"M60 25h40v40H60zM60 65l40-40\" fill=\"none\" stroke=\"#808a91\" stroke-width=\"2\"/>\
    <text x=\"80\" y=\"82\" font-family=\"sans-serif\" font-size=\"10\" text-anchor=\"middle\" fill=\"#808a91\">not kept here</text></svg>";

/// A picture that an event tells of, as the agent wrote it; for ever the same.
#[utoipa::path(get, path = "/media/{name}", tag = "reading", params(parameters::OfPicture), responses(
    (status = 200, description = "The picture", content(
        (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/gif"), (Vec<u8> = "image/webp"),
    )),
    (status = 304, description = "It is known already (`if-none-match`)"),
    (status = 404, description = "There is no such picture here", content(
        (shapes::Error = "application/json"), (String = "image/svg+xml"),
    )),
))]
pub(super) async fn picture(
    State(shared): State<Shared>,
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let name = name.ok().and_then(|Path(name)| name.parse::<MediaName>().ok());
    let name = name.ok_or_else(|| ApiError::not_found("there is no such picture"))?;
    let asked = name.clone();
    let is_told_of = read(&shared, move |hub| hub.archive.referrers(&asked)).await?;
    if is_told_of.is_empty() {
        return Err(ApiError::not_found("no event tells of this picture"));
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

/// An export names its pictures and does not hold them. A page shows that one is missing, a program is told.
fn missing(headers: &HeaderMap) -> Response {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    if !accepted.is_some_and(|accepted| accepted.contains("image/")) {
        let message = "this picture is not here: what tells of it was imported, and an export holds no pictures";
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
