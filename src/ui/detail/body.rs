//! A whole event, as shown below its row when a person opens it.

use serde_json::{Map, Value};

use super::ansi::ansi;
use crate::html::Html;

/// A value deeper or longer than this is cut off; a link leads to the event itself.
const DEEPEST: usize = 12;
const LONGEST_LIST: usize = 500;

/// What an event says, part by part: texts as they are, everything else as a tree.
pub fn body(html: &mut Html, event: &Value, needle: &str) {
    let payload = &event["data"]["payload"];
    let Some(fields) = payload.as_object() else {
        part(html, "payload", payload, needle);
        return;
    };
    if fields.is_empty() {
        html.raw("<p class=\"none\">This event has no content.</p>");
    }
    // What a person usually looks for comes first.
    const FIRST: [&str; 6] = ["message", "content", "input", "output", "diff", "error"];
    let is_first = |name: &str| FIRST.contains(&name);
    for name in FIRST {
        if let Some(value) = fields.get(name) {
            part(html, name, value, needle);
        }
    }
    let mut rest = Map::new();
    for (name, value) in fields.iter().filter(|(name, _)| !is_first(name)) {
        rest.insert(name.clone(), value.clone());
    }
    if !rest.is_empty() {
        part(html, "fields", &Value::Object(rest), needle);
    }
}

/// A part with its name and a button that copies it.
pub fn part(html: &mut Html, name: &str, value: &Value, needle: &str) {
    html.raw("<section class=\"part\"><header><span class=\"lbl\">")
        .text(name);
    html.raw(
        "</span><button type=\"button\" class=\"link\" data-copy=\"1\">Copy</button></header><div class=\"said\">",
    );
    match value {
        Value::String(text) => match structure(text) {
            Some(tree) => node(html, &tree, needle, 0),
            None => ansi(html, text, needle),
        },
        other => node(html, other, needle, 0),
    }
    html.raw("</div></section>");
}

/// What a text holds, where it is JSON with parts.
fn structure(text: &str) -> Option<Value> {
    let is_likely = text.trim_start().starts_with(['{', '[']);
    let value: Value = is_likely.then(|| serde_json::from_str(text).ok())??;
    (value.is_object() || value.is_array()).then_some(value)
}

fn node(html: &mut Html, value: &Value, needle: &str, depth: usize) {
    match value {
        Value::String(text) => {
            html.raw("<span class=\"js\">");
            ansi(html, text, needle);
            html.raw("</span>");
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            html.raw("<span class=\"jn\">")
                .marked(&value.to_string(), needle)
                .raw("</span>");
        }
        Value::Array(items) => {
            let items = items.iter().map(|item| (None, item));
            branch(html, items.collect(), "item", needle, depth);
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (Some(name.as_str()), value));
            branch(html, fields.collect(), "field", needle, depth);
        }
    }
}

fn branch(html: &mut Html, items: Vec<(Option<&str>, &Value)>, word: &'static str, needle: &str, depth: usize) {
    let count = items.len();
    let counted = crate::format::counted(count as u64, word, if word == "item" { "items" } else { "fields" });
    if count == 0 || depth >= DEEPEST {
        html.raw("<span class=\"jn\">").text(&counted).raw("</span>");
        return;
    }
    // The first two levels are open: that is what a person came for.
    html.raw(if depth < 2 { "<details open>" } else { "<details>" });
    html.raw("<summary>").text(&counted).raw("</summary><ul>");
    for (name, value) in items.into_iter().take(LONGEST_LIST) {
        html.raw("<li>");
        if let Some(name) = name {
            html.raw("<span class=\"jk\">").marked(name, needle).raw("</span> ");
        }
        node(html, value, needle, depth + 1);
        html.raw("</li>");
    }
    if count > LONGEST_LIST {
        html.raw("<li class=\"none\">")
            .number((count - LONGEST_LIST) as u64)
            .raw(" more</li>");
    }
    html.raw("</ul></details>");
}
