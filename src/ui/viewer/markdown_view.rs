//! Markdown, as it is drawn: every text a text.

use super::markdown::{Block, Span, parse};
use crate::html::Html;
use crate::sheets::sheet;

const MD: &str = concat!("md ", sheet!("markdown"));

pub fn markdown(html: &mut Html, text: &str) {
    let blocks = parse(text);
    if blocks.is_empty() {
        html.raw("<p class=\"text-fg3 py-0.5\">Empty text</p>");
        return;
    }
    html.raw("<div class=\"").raw(MD).raw("\">");
    blocks.iter().for_each(|one| block(html, one));
    html.raw("</div>");
}

fn block(html: &mut Html, block: &Block) {
    match block {
        Block::Paragraph(spans) => line(html.raw("<p class=\"whitespace-pre-line\">"), spans).raw("</p>"),
        // A heading in an agent's text is not part of the page's outline.
        Block::Heading(spans) => line(html.raw("<p class=\"head\">"), spans).raw("</p>"),
        Block::Bullets(rows) => items(html.raw("<ul>"), rows).raw("</ul>"),
        Block::Numbers(rows) => items(html.raw("<ol>"), rows).raw("</ol>"),
        Block::Code(code) => html.raw("<pre><code>").text(code).raw("</code></pre>"),
    };
}

fn items<'a>(html: &'a mut Html, rows: &[Vec<Span>]) -> &'a mut Html {
    for spans in rows {
        line(html.raw("<li>"), spans).raw("</li>");
    }
    html
}

fn line<'a>(html: &'a mut Html, spans: &[Span]) -> &'a mut Html {
    for span in spans {
        match span {
            Span::Text(text) => html.text(text),
            Span::Code(text) => html.raw("<code>").text(text).raw("</code>"),
            Span::Bold(text) => html.raw("<strong>").text(text).raw("</strong>"),
        };
    }
    html
}
