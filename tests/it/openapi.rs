//! The description of the API: it is whole, and it is sound. That the server does what it says, scripts/api-test shows.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use crate::harness::server;
use crate::house::{code, sources};
use crate::protocol::examples;

/// Every operation, with its path and method.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            all.push((path.clone(), method.clone(), operation.clone()));
        }
    }
    all
}

#[test]
fn every_route_describes_itself() {
    // What is no call of the API: addresses that lead nowhere, and files of the page.
    const UNDESCRIBED: [(&str, &str); 4] = [
        ("src/server/api.rs", ".route(\"/api\", get(no_such_address))"),
        (
            "src/server/api.rs",
            ".route(\"/api/{*path}\", get(no_such_address).post(no_such_address))",
        ),
        (
            "src/server/assets.rs",
            "Router::new().route(\"/assets/{build}/{*path}\", get(of_build)),",
        ),
        (
            "src/server/assets.rs",
            "router.route(&format!(\"/{}\", asset.path), get(in_place))",
        ),
    ];
    let mut found = BTreeSet::new();
    for source in sources(&["src/server"]) {
        for line in code(&source).lines().filter(|line| line.contains(".route(")) {
            found.insert((source.path.clone(), line.trim().to_owned()));
        }
    }
    let expected = UNDESCRIBED.map(|(path, line)| (path.to_owned(), line.to_owned()));
    assert_eq!(found, BTreeSet::from(expected), "a route is added with `routes!`");
}

#[tokio::test]
async fn every_handler_that_is_described_is_routed() {
    let document = server().start().get("/api/openapi.json").await.json();
    let described: usize = sources(&["src/server"])
        .iter()
        .map(|source| code(source).matches("#[utoipa::path(").count())
        .sum();
    assert_eq!(operations(&document).len(), described);
}

#[tokio::test]
async fn the_description_is_sound() {
    let document = server().start().get("/api/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let tags: HashSet<&Value> = document["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    let mut ids = HashSet::new();
    for (path, method, operation) in operations(&document) {
        let id = operation["operationId"].as_str().expect("an id").to_owned();
        assert!(ids.insert(id.clone()), "two operations are called {id}");
        assert!(operation["summary"].is_string(), "{method} {path} says what it does");
        assert!(tags.contains(&operation["tags"][0]), "{method} {path} has its place");
        let named: HashSet<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let told: HashSet<&str> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        assert_eq!(told, named, "{path}");
    }
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 20);
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("nothing lies elsewhere");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

/// Where an example has a field that its shape does not know, or lacks one that must be there.
fn undescribed(document: &Value, schema: &Value, example: &Value, at: &str) -> Option<String> {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => document
            .pointer(reference.trim_start_matches('#'))
            .expect("a known shape"),
        None => schema,
    };
    // What may be null is one of null and its shape.
    let choices = schema["oneOf"].as_array();
    let schema = choices.map_or(schema, |choices| choices.last().expect("a choice"));
    match example {
        Value::Object(shown) => {
            let (properties, others) = (&schema["properties"], &schema["additionalProperties"]);
            for required in schema["required"].as_array().into_iter().flatten() {
                let required = required.as_str().expect("a name");
                if !shown.contains_key(required) {
                    return Some(format!("{at}.{required} is missing"));
                }
            }
            shown.iter().find_map(|(field, value)| {
                let at = format!("{at}.{field}");
                match (properties.get(field), others.is_object()) {
                    (Some(schema), _) => undescribed(document, schema, value, &at),
                    (None, true) => undescribed(document, others, value, &at),
                    // Anything goes.
                    (None, false) if properties.is_null() => None,
                    (None, false) => Some(format!("{at} is not described")),
                }
            })
        }
        Value::Array(items) => items
            .iter()
            .find_map(|item| undescribed(document, &schema["items"], item, at)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

#[tokio::test]
async fn the_frames_are_described_as_the_protocol_shows_them() {
    let document = server().start().get("/api/openapi.json").await.json();
    for (name, word) in [("FrameFromServer", "from-server"), ("FrameFromBrowser", "from-browser")] {
        let variants = document["components"]["schemas"][name]["oneOf"]
            .as_array()
            .expect("variants");
        let mut met = HashSet::new();
        for example in examples(word) {
            let is_meant = |variant: &&Value| variant["properties"]["type"]["enum"][0] == example["type"];
            let variant = variants.iter().find(is_meant).expect("every frame is described");
            met.insert(example["type"].to_string());
            let differs = undescribed(&document, &variant["properties"]["data"], &example["data"], name);
            assert_eq!(differs, None);
        }
        assert_eq!(met.len(), variants.len(), "every frame that is described is shown");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| collect(member, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn the_page_shows_every_operation_and_needs_no_script() {
    let server = server().start();
    let document = server.get("/api/openapi.json").await.json();
    let page = server.get_with("/api/docs", &[("cookie", "theme=dark")]).await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
    let text = page.text();
    assert!(text.contains("data-theme=\"dark\""));
    for forbidden in ["<script", "<style", "style=", "://"] {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
    for (path, _, operation) in operations(&document) {
        let id = operation["operationId"].as_str().expect("an id");
        assert!(text.contains(&format!("<article id=\"{id}\">")), "{id}");
        assert!(text.contains(&format!("<code>{path}</code>")), "{path}");
    }
    // Every link within the page leads somewhere.
    for link in text.split("href=\"#").skip(1) {
        let id = link.split('"').next().expect("an end");
        assert!(text.contains(&format!("<article id=\"{id}\">")), "#{id}");
    }
    let sheet = server.get("/api/docs.css").await;
    assert_eq!(sheet.header("content-type"), Some("text/css; charset=utf-8"));
}
