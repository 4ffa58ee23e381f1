//! The description of the API as a page: drawn from the document itself, without any script.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::ALWAYS;

/// What stands in the page's body, from a description in OpenAPI 3.1.
pub(super) fn body(document: &Value) -> String {
    let mut out = String::new();
    let info = &document["info"];
    let _ = write!(
        out,
        "<header><a href=\"/\">adwatch</a><h1>API</h1><p>{}</p><p>Machine-readable description: \
         <a href=\"/api/openapi.json\"><code>/api/openapi.json</code></a> (OpenAPI 3.1), version {}</p></header>",
        prose(text(info, "description")),
        escaped(text(info, "version")),
    );
    let tags = document["tags"].as_array().map_or(&[][..], Vec::as_slice);
    contents(&mut out, document, tags);
    out.push_str("<main>");
    for tag in tags {
        let name = text(tag, "name");
        let _ = write!(
            out,
            "<section><h2>{}</h2><p>{}</p>",
            escaped(name),
            prose(text(tag, "description"))
        );
        for (path, method, operation) in operations(document).filter(|(_, _, operation)| is_tagged(operation, name)) {
            write_operation(&mut out, document, path, method, operation);
        }
        out.push_str("</section>");
    }
    write_always(&mut out);
    out.push_str("<section><h2>shapes</h2>");
    for (name, shape) in members(&document["components"]["schemas"]) {
        write_shape(&mut out, name, shape);
    }
    out.push_str("</section></main>");
    out
}

fn contents(out: &mut String, document: &Value, tags: &[Value]) {
    out.push_str("<nav aria-label=\"Contents\">");
    for tag in tags {
        let name = text(tag, "name");
        let _ = write!(out, "<h2>{}</h2><ul>", escaped(name));
        for (path, method, operation) in operations(document).filter(|(_, _, operation)| is_tagged(operation, name)) {
            let id = escaped(text(operation, "operationId"));
            let method = method.to_uppercase();
            let _ = write!(out, "<li><a href=\"#{id}\"><b>{method}</b> {}</a></li>", escaped(path));
        }
        out.push_str("</ul>");
    }
    out.push_str("</nav>");
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = members(&document["paths"]);
    paths.flat_map(|(path, methods)| members(methods).map(move |(method, operation)| (path, method, operation)))
}

fn is_tagged(operation: &Value, name: &str) -> bool {
    let tags = operation["tags"].as_array();
    tags.is_some_and(|tags| tags.iter().any(|tag| tag == name))
}

fn write_operation(out: &mut String, document: &Value, path: &str, method: &str, operation: &Value) {
    let _ = write!(
        out,
        "<article id=\"{}\"><h3><b>{}</b> <code>{}</code></h3>",
        escaped(text(operation, "operationId")),
        method.to_uppercase(),
        escaped(path)
    );
    for part in ["summary", "description"] {
        paragraph(out, text(operation, part));
    }
    let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    if !parameters.is_empty() {
        out.push_str("<h4>Parameters</h4><dl>");
        for parameter in parameters {
            let place = if parameter["required"] == true {
                ""
            } else {
                ", optional"
            };
            let _ = write!(
                out,
                "<dt><code>{}</code> <i>{}{place}</i></dt><dd>{} {}</dd>",
                escaped(text(parameter, "name")),
                escaped(text(parameter, "in")),
                kind(&parameter["schema"]),
                prose(text(parameter, "description")),
            );
        }
        out.push_str("</dl>");
    }
    let body = &operation["requestBody"]["content"];
    if body.is_object() {
        let _ = write!(out, "<h4>Body</h4><p>{}</p>", media(body));
        write_example(out, example(document, body));
    }
    out.push_str("<h4>Answers</h4><dl>");
    let answers = members(&operation["responses"]);
    for (status, answer) in answers.filter(|(status, answer)| !ALWAYS.contains(&(*status, text(answer, "description"))))
    {
        let (description, media) = (prose(text(answer, "description")), media(&answer["content"]));
        let _ = write!(out, "<dt><code>{status}</code></dt><dd>{description} {media}</dd>");
    }
    out.push_str("</dl>");
    write_example(out, example(document, &operation["responses"]["200"]["content"]));
    out.push_str("</article>");
}

/// What any request may be told, once for all.
fn write_always(out: &mut String) {
    out.push_str("<section><h2>any request</h2><article><p>Any request can fail with one of these, in the shape ");
    let _ = write!(out, "{}:</p><dl>", kind(&json!({"$ref": "#/components/schemas/Error"})));
    for (status, meaning) in ALWAYS {
        let _ = write!(out, "<dt><code>{status}</code></dt><dd>{}</dd>", prose(meaning));
    }
    out.push_str("</dl></article></section>");
}

/// The media types of a body or an answer, and what each holds.
fn media(content: &Value) -> String {
    let all = members(content).map(|(media, of)| format!("<code>{}</code> {}", escaped(media), kind(&of["schema"])));
    all.collect::<Vec<String>>().join(", ")
}

/// The example of a shape, or of the first that it may be.
fn example<'a>(document: &'a Value, content: &'a Value) -> Option<&'a Value> {
    let mut schema = content.get("application/json")?.get("schema")?;
    loop {
        if let Some(example) = schema.get("example") {
            return Some(example);
        }
        schema = match schema["$ref"].as_str() {
            Some(reference) => document.pointer(reference.strip_prefix('#')?)?,
            None => schema.get("oneOf")?.get(0)?,
        };
    }
}

fn write_example(out: &mut String, example: Option<&Value>) {
    let written = example.and_then(|example| serde_json::to_string_pretty(example).ok());
    if let Some(example) = written {
        let _ = write!(out, "<pre tabindex=\"0\">{}</pre>", escaped(&example));
    }
}

fn write_shape(out: &mut String, name: &str, shape: &Value) {
    let name = escaped(name);
    let _ = write!(out, "<article id=\"shape-{name}\"><h3><code>{name}</code></h3>");
    paragraph(out, text(shape, "description"));
    if let Some(fields) = shape["properties"].as_object() {
        let required = shape["required"].as_array().map_or(&[][..], Vec::as_slice);
        out.push_str("<dl>");
        for (field, of) in fields {
            let optional = if required.iter().any(|name| name == field) {
                ""
            } else {
                " <i>optional</i>"
            };
            let _ = write!(
                out,
                "<dt><code>{}</code>{optional}</dt><dd>{} {}</dd>",
                escaped(field),
                kind(of),
                prose(text(of, "description")),
            );
        }
        out.push_str("</dl>");
    } else {
        let _ = write!(out, "<p>{}</p>", kind(shape));
    }
    write_example(out, shape.get("example"));
    out.push_str("</article>");
}

/// What a value is, in words, with links to the shapes.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let name = escaped(name);
        return format!("<a href=\"#shape-{name}\">{name}</a>");
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choices: Vec<String> = choices.iter().map(kind).collect();
        return choices.join(" or ");
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words
            .iter()
            .filter_map(Value::as_str)
            .map(|word| format!("<code>{}</code>", escaped(word)))
            .collect();
        return words.join(", ");
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => return "anything".to_owned(),
    };
    let mut words: Vec<String> = names.into_iter().map(|name| word(name, schema)).collect();
    let between = |least: &str, most: &str| match (&schema[least], &schema[most]) {
        (Value::Null, Value::Null) => None,
        (least, Value::Null) => Some(format!("from {least}")),
        (Value::Null, most) => Some(format!("to {most}")),
        (least, most) => Some(format!("{least} to {most}")),
    };
    if let Some(range) = between("minimum", "maximum") {
        words[0] += &format!(" {range}");
    }
    if let Some(range) = between("minLength", "maxLength") {
        words[0] += &format!(" of {range} characters");
    }
    words.join(" or ")
}

fn word(name: &str, schema: &Value) -> String {
    match name {
        "array" => format!("list of {}", kind(&schema["items"])),
        "object" if schema["additionalProperties"].get("type").is_some() => {
            format!("names with {} each", kind(&schema["additionalProperties"]))
        }
        "string" if schema["format"] == "date-time" => "time (RFC 3339)".to_owned(),
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        "boolean" => "true or false".to_owned(),
        other => other.to_owned(),
    }
}

fn paragraph(out: &mut String, text: &str) {
    if !text.is_empty() {
        let _ = write!(out, "<p>{}</p>", prose(text));
    }
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.as_object().into_iter().flat_map(Map::iter);
    members.map(|(name, value)| (name.as_str(), value))
}

/// A sentence of the code's own comments, in which names stand between backticks.
fn prose(text: &str) -> String {
    let parts = escaped(text);
    let parts = parts.split('`').enumerate().map(|(at, part)| match at % 2 {
        0 => part.to_owned(),
        _ => format!("<code>{part}</code>"),
    });
    parts.collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_sentence_are_code() {
        assert_eq!(prose("up to `seq`, <all>"), "up to <code>seq</code>, &lt;all&gt;");
    }

    #[test]
    fn a_value_is_told_in_words() {
        for (schema, words) in [
            (
                json!({"$ref": "#/components/schemas/Card"}),
                "<a href=\"#shape-Card\">Card</a>",
            ),
            (
                json!({"type": ["integer", "null"], "minimum": 1}),
                "whole number from 1 or null",
            ),
            (json!({"type": "array", "items": {"type": "string"}}), "list of text"),
            (json!({"enum": ["a", "<b>"]}), "<code>a</code>, <code>&lt;b&gt;</code>"),
            (
                json!({"type": "object", "additionalProperties": {"type": "integer"}}),
                "names with whole number each",
            ),
            (json!({}), "anything"),
        ] {
            assert_eq!(kind(&schema), words, "{schema}");
        }
    }
}
