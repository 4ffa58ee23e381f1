//! Markdown, as it is drawn: every text a text node.

use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::markdown::{Block, Span, parse};

const SHEET: &str = style_sheet!("./style/components/markdown.css");

pub fn markdown(text: &str) -> AnyView {
    let blocks = parse(text);
    if blocks.is_empty() {
        return view! { <p class="text-fg3 py-0.5">"Empty text"</p> }.into_any();
    }
    view! { <div class=format!("md {SHEET}")>{blocks.into_iter().map(block).collect_view()}</div> }.into_any()
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Paragraph(spans) => view! { <p class="whitespace-pre-line">{line(spans)}</p> }.into_any(),
        // A heading of an agent's text is none of the page's outline.
        Block::Heading(spans) => view! { <p class="head">{line(spans)}</p> }.into_any(),
        Block::Bullets(rows) => view! { <ul>{items(rows)}</ul> }.into_any(),
        Block::Numbers(rows) => view! { <ol>{items(rows)}</ol> }.into_any(),
        Block::Code(code) => view! {
            <pre>
                <code>{code}</code>
            </pre>
        }
        .into_any(),
    }
}

fn items(rows: Vec<Vec<Span>>) -> Vec<AnyView> {
    rows.into_iter()
        .map(|spans| view! { <li>{line(spans)}</li> }.into_any())
        .collect_view()
}

fn line(spans: Vec<Span>) -> Vec<AnyView> {
    spans
        .into_iter()
        .map(|span| match span {
            Span::Text(text) => text.into_any(),
            Span::Code(text) => view! { <code>{text}</code> }.into_any(),
            Span::Bold(text) => view! { <strong>{text}</strong> }.into_any(),
        })
        .collect_view()
}
