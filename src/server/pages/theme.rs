//! The choice of a theme: a cookie that a plain link sets, so that it is known before the first paint and needs no script.

use axum::extract::{Path, RawQuery, State};
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{Request, Shared, nowhere};
use crate::openapi::parameters;
use domain::form;
use ui::theme::Theme;

const A_YEAR: &str = "31536000";

/// Saves the chosen theme and goes back.
#[utoipa::path(get, path = "/theme/{choice}", operation_id = "theme", tag = "pages", params(parameters::OfTheme, parameters::Back), responses(
    (status = 303, description = "The theme is saved in a cookie"),
    (status = 404, body = String, content_type = "text/html", description = "The theme does not exist"),
))]
pub(super) async fn choose(
    State(shared): State<Shared>,
    Path(choice): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let (theme, seconds) = match Theme::from_name(&choice) {
        // Without a choice, the theme follows the system.
        Some(Theme::System) => ("", "0"),
        Some(theme) => (theme.name(), A_YEAR),
        None => return nowhere(State(shared), request).await,
    };
    let back = form::pairs(query.as_deref().unwrap_or_default()).find(|(name, _)| name == "back");
    let back = local(back.as_ref().map_or("/", |(_, path)| path));
    let cookie = format!("theme={theme}; Path=/; Max-Age={seconds}; SameSite=Lax; HttpOnly");
    let mut response = StatusCode::SEE_OTHER.into_response();
    for (name, text) in [(SET_COOKIE, cookie), (LOCATION, back)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The theme in the cookie, if it is valid.
pub fn chosen(headers: &HeaderMap) -> Option<&'static str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let theme = cookies
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix("theme="))?;
    let chosen = Theme::from_name(theme).filter(|theme| *theme != Theme::System);
    chosen.map(Theme::name)
}

/// The given path on this server, or `/`: never another site's.
fn local(back: &str) -> String {
    let is_local = back.starts_with('/') && !back[1..].starts_with(['/', '\\']);
    // Browsers drop tabs and line ends from an address, which could bring the second slash back.
    if !is_local || back.contains(|c: char| c.is_ascii_control()) {
        return "/".to_owned();
    }
    let mut path = String::with_capacity(back.len());
    for byte in back.bytes() {
        match byte {
            b' ' | b'"' | b'<' | b'>' | b'\\' | 0x80.. => path.push_str(&format!("%{byte:02X}")),
            _ => path.push(char::from(byte)),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_never_leads_to_another_site() {
        for back in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "evil",
            "/\t/evil.example",
            "/\r\nset-cookie: a=b",
            "\\/evil",
        ] {
            assert_eq!(local(back), "/", "{back:?}");
        }
        assert_eq!(local("/w/c0a43f47?tab=logs&q=a%20b"), "/w/c0a43f47?tab=logs&q=a%20b");
        assert_eq!(local("/w/größe x"), "/w/gr%C3%B6%C3%9Fe%20x");
    }

    #[test]
    fn only_a_theme_that_exists_is_read_from_the_cookie() {
        let with = |cookie: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_static(cookie));
            chosen(&headers)
        };
        assert_eq!(with("a=b; theme=dark; c=d"), Some("dark"));
        assert_eq!(with("theme=light"), Some("light"));
        assert_eq!(with("theme=\"><script>"), None);
        assert_eq!(with("mytheme=dark"), None);
        assert_eq!(chosen(&HeaderMap::new()), None);
    }
}
