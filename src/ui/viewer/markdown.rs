//! The Markdown that agents write, as far as it helps readers: paragraphs, headings, lists, code, bold.
//!
//! Anything else stays text. No HTML is passed through, and no link becomes clickable.

/// A block of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Paragraph(Vec<Span>),
    Heading(Vec<Span>),
    Bullets(Vec<Vec<Span>>),
    Numbers(Vec<Vec<Span>>),
    Code(String),
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    Text(String),
    Code(String),
    Bold(String),
}

/// Reads a text.
pub fn parse(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut paragraph = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if let Some(fence) = fence(trimmed) {
            end_paragraph(&mut blocks, &mut paragraph);
            let mut code = Vec::new();
            for line in lines.by_ref() {
                if line.trim() == fence {
                    break;
                }
                code.push(line);
            }
            blocks.push(Block::Code(code.join("\n")));
        } else if trimmed.is_empty() {
            end_paragraph(&mut blocks, &mut paragraph);
        } else if let Some(heading) = heading(trimmed) {
            end_paragraph(&mut blocks, &mut paragraph);
            blocks.push(Block::Heading(spans(heading)));
        } else if let Some((item, is_numbered)) = item(trimmed) {
            end_paragraph(&mut blocks, &mut paragraph);
            add_item(&mut blocks, spans(item), is_numbered);
        } else if trimmed.starts_with('|') {
            // A table keeps its shape as code.
            end_paragraph(&mut blocks, &mut paragraph);
            let mut rows = vec![trimmed];
            while let Some(row) = lines.next_if(|next| next.trim().starts_with('|')) {
                rows.push(row.trim());
            }
            blocks.push(Block::Code(rows.join("\n")));
        } else {
            if !paragraph.is_empty() {
                paragraph.push('\n');
            }
            paragraph.push_str(trimmed);
        }
    }
    end_paragraph(&mut blocks, &mut paragraph);
    blocks
}

fn end_paragraph(blocks: &mut Vec<Block>, paragraph: &mut String) {
    if !paragraph.is_empty() {
        blocks.push(Block::Paragraph(spans(paragraph)));
        paragraph.clear();
    }
}

/// The line that will close the code that this line opens.
fn fence(line: &str) -> Option<&'static str> {
    ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence))
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with(' ')).then(|| text.trim())
}

/// The text of a list's item, and whether the list is numbered.
fn item(line: &str) -> Option<(&str, bool)> {
    if let Some(text) = ["- ", "* ", "+ ", "• "]
        .into_iter()
        .find_map(|bullet| line.strip_prefix(bullet))
    {
        return Some((text.trim(), false));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &line[digits..];
    let text = rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))?;
    (1..=3).contains(&digits).then(|| (text.trim(), true))
}

fn add_item(blocks: &mut Vec<Block>, item: Vec<Span>, is_numbered: bool) {
    match (blocks.last_mut(), is_numbered) {
        (Some(Block::Bullets(items)), false) | (Some(Block::Numbers(items)), true) => items.push(item),
        (_, false) => blocks.push(Block::Bullets(vec![item])),
        (_, true) => blocks.push(Block::Numbers(vec![item])),
    }
}

/// The pieces of a line: code between backticks, bold between double stars.
fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut rest = text;
    let mut plain = String::new();
    while let Some(at) = rest.find(['`', '*']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((span, length)) = marked(rest) else {
            let mark = if rest.starts_with("**") { 2 } else { 1 };
            plain.push_str(&rest[..mark]);
            rest = &rest[mark..];
            continue;
        };
        if !plain.is_empty() {
            spans.push(Span::Text(std::mem::take(&mut plain)));
        }
        spans.push(span);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        spans.push(Span::Text(plain));
    }
    spans
}

/// The code or bold piece at the beginning of a text, and its length with its marks.
fn marked(text: &str) -> Option<(Span, usize)> {
    let inside = |mark: &str| {
        let rest = text.strip_prefix(mark)?;
        let length = rest.find(mark)?;
        let inside = &rest[..length];
        (!inside.trim().is_empty()).then(|| (inside.to_owned(), length + 2 * mark.len()))
    };
    if text.starts_with("``") {
        return inside("``").map(|(text, length)| (Span::Code(text), length));
    }
    if text.starts_with('`') {
        return inside("`").map(|(text, length)| (Span::Code(text), length));
    }
    inside("**").map(|(text, length)| (Span::Bold(text), length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Span {
        Span::Text(text.to_owned())
    }

    #[test]
    fn what_agents_write_is_read() {
        let blocks = parse(
            "## Result\nThe failure is **real**, in `retry.ts`:\n\n- one\n- two\n\n1. first\n2. second\n```rust\nfn main() {}\n```\n| a | b |\n|---|---|",
        );
        assert_eq!(
            blocks,
            [
                Block::Heading(vec![text("Result")]),
                Block::Paragraph(vec![
                    text("The failure is "),
                    Span::Bold("real".into()),
                    text(", in "),
                    Span::Code("retry.ts".into()),
                    text(":"),
                ]),
                Block::Bullets(vec![vec![text("one")], vec![text("two")]]),
                Block::Numbers(vec![vec![text("first")], vec![text("second")]]),
                Block::Code("fn main() {}".into()),
                Block::Code("| a | b |\n|---|---|".into()),
            ]
        );
    }

    #[test]
    fn marks_without_a_partner_stay_text() {
        for line in ["a * b ** c", "`open", "**", "2 ** 3 = 8", "``"] {
            assert_eq!(parse(line), [Block::Paragraph(vec![text(line)])], "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_letter_is_lost(source in "[a-c \n`*#1.|-]{0,60}") {
            let mut kept = String::new();
            let mut take = |spans: &[Span]| {
                for span in spans {
                    match span {
                        Span::Text(text) | Span::Code(text) | Span::Bold(text) => kept.push_str(text),
                    }
                }
            };
            for block in parse(&source) {
                match block {
                    Block::Paragraph(spans) | Block::Heading(spans) => take(&spans),
                    Block::Bullets(items) | Block::Numbers(items) => items.iter().for_each(|item| take(item)),
                    Block::Code(code) => take(&[Span::Code(code)]),
                }
            }
            // The info string behind a fence is the one thing that is not shown.
            if !source.contains("```") {
                let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
                prop_assert_eq!(letters(&kept), letters(&source));
            }
        }
    }
}
