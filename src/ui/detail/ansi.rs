//! Terminal output as markup: the colours and styles of SGR sequences (ECMA-48), every other escape dropped.

use crate::html::Html;

/// How the text at hand is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Style {
    /// One of the eight colours, as `a0` to `a7`. Bright ones look the same, since both are readable on both backgrounds.
    colour: Option<u8>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    inverse: bool,
}

/// Adds terminal output; `needle` (in lower case) is marked.
pub fn ansi(html: &mut Html, text: &str, needle: &str) {
    if !text.contains(['\u{1b}', '\r', '\u{8}']) {
        html.marked(text, needle);
        return;
    }
    let mut style = Style::default();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '\u{1b}' => {
                let (sequence, after) = escape(rest);
                if let Some(codes) = sequence {
                    flush(html, &mut plain, style, needle);
                    style.take(codes);
                }
                rest = after;
            }
            // What a carriage return overwrites is not visible on a terminal either.
            '\r' if rest.starts_with('\n') => {}
            '\r' => plain.truncate(plain.rfind('\n').map_or(0, |at| at + 1)),
            '\u{8}' => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    flush(html, &mut plain, style, needle);
}

/// The codes of a colour sequence, and what follows the sequence, whatever it was.
fn escape(text: &str) -> (Option<&str>, &str) {
    if let Some(rest) = text.strip_prefix('[') {
        let end = rest.find(|c: char| ('@'..='~').contains(&c));
        return match end {
            Some(end) => (rest[end..].starts_with('m').then(|| &rest[..end]), &rest[end + 1..]),
            None => (None, ""),
        };
    }
    if let Some(rest) = text.strip_prefix(']') {
        // A title or a link: ends with BEL or ESC \.
        let end = rest.find(['\u{7}', '\u{1b}']);
        return (None, end.map_or("", |end| rest[end + 1..].trim_start_matches('\\')));
    }
    let mut letters = text.chars();
    letters.next();
    (None, letters.as_str())
}

impl Style {
    fn take(&mut self, codes: &str) {
        let mut codes = codes.split([';', ':']).map(|code| code.parse::<u32>().unwrap_or(0));
        while let Some(code) = codes.next() {
            match code {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                3 => self.italic = true,
                4 => self.underline = true,
                7 => self.inverse = true,
                22 => (self.bold, self.dim) = (false, false),
                23 => self.italic = false,
                24 => self.underline = false,
                27 => self.inverse = false,
                30..=37 => self.colour = Some((code - 30) as u8),
                90..=97 => self.colour = Some((code - 90) as u8),
                39 => self.colour = None,
                38 => self.colour = extended(&mut codes),
                48 => {
                    extended(&mut codes);
                }
                _ => {}
            }
        }
    }
}

/// The nearest of the eight to a colour of the 256 or of 24 bits.
fn extended(codes: &mut dyn Iterator<Item = u32>) -> Option<u8> {
    match codes.next()? {
        5 => Some(match codes.next()? {
            basic @ 0..=15 => (basic % 8) as u8,
            cube @ 16..=231 => {
                let part = |divisor: u32| (cube - 16) / divisor % 6 * 51;
                nearest([part(36), part(6), part(1)])
            }
            _ => 7,
        }),
        2 => Some(nearest([codes.next()?, codes.next()?, codes.next()?])),
        _ => None,
    }
}

/// A channel counts where it is at least two thirds of the strongest.
fn nearest(channels: [u32; 3]) -> u8 {
    let most = channels.into_iter().max().unwrap_or(0);
    let bit = |at: usize| u8::from(most > 0 && channels[at] * 3 >= most * 2) << at;
    bit(0) | bit(1) | bit(2)
}

fn flush(html: &mut Html, plain: &mut String, style: Style, needle: &str) {
    if plain.is_empty() {
        return;
    }
    if style == Style::default() {
        html.marked(plain, needle);
    } else {
        const COLOURS: [&str; 8] = ["a0 ", "a1 ", "a2 ", "a3 ", "a4 ", "a5 ", "a6 ", "a7 "];
        html.raw("<span class=\"");
        let classes = [
            (
                style.colour.is_some(),
                style.colour.map_or("", |colour| COLOURS[usize::from(colour % 8)]),
            ),
            (style.bold, "ab "),
            (style.dim, "ad "),
            (style.italic, "ai "),
            (style.underline, "au "),
            (style.inverse, "an "),
        ];
        for (is_set, class) in classes {
            html.raw(if is_set { class } else { "" });
        }
        html.raw("\">").marked(plain, needle).raw("</span>");
    }
    plain.clear();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn(text: &str) -> String {
        let mut html = Html::default();
        ansi(&mut html, text, "");
        html.done()
    }

    #[test]
    fn colours_and_styles_are_drawn() {
        assert_eq!(drawn("\u{1b}[31mred\u{1b}[0m"), "<span class=\"a1 \">red</span>");
        assert_eq!(
            drawn("\u{1b}[1;92mok\u{1b}[39m!"),
            "<span class=\"a2 ab \">ok</span><span class=\"ab \">!</span>"
        );
        assert_eq!(drawn("\u{1b}[38;5;196mx"), "<span class=\"a1 \">x</span>");
        assert_eq!(drawn("\u{1b}[38;2;80;80;250mx"), "<span class=\"a4 \">x</span>");
        assert_eq!(drawn("\u{1b}[48;2;1;2;3mx\u{1b}[m"), "x");
    }

    #[test]
    fn what_a_terminal_does_not_show_is_not_shown() {
        assert_eq!(drawn("10 %\r100 %\r\nnext"), "100 %\nnext");
        assert_eq!(
            drawn("a\u{1b}[2Kb\u{1b}]0;title\u{7}c\u{1b}]8;;x\u{1b}\\d\u{1b}(Be"),
            "abcdBe"
        );
        assert_eq!(drawn("ab\u{8}c"), "ac");
        assert_eq!(drawn("end\u{1b}["), "end");
    }

    proptest! {
        #[test]
        fn any_text_is_drawn_safely(text in "([\u{1b}\\[\\];0-9mK<>a\r\n\u{7}\\\\ä]){0,60}") {
            let markup = drawn(&text);
            let inside = markup.replace("</span>", "");
            for piece in inside.split("<span class=\"").skip(1) {
                prop_assert!(piece.split_once("\">").is_some());
            }
            let has_escape = markup.contains('\u{1b}');
            prop_assert!(!has_escape);
        }
    }
}
