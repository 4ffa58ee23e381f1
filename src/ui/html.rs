//! Markup as text, for thousands of rows: as elements of the framework, they would cost too much time and code.
//!
//! Whatever agents wrote goes through `text` or `marked`, which escape it; `raw` is only for what our own sources contain.

use crate::format;
use domain::letters::lower;

/// Markup under construction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Markup of ours.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Any text, in an element or in a quoted attribute.
    pub fn text(&mut self, text: &str) -> &mut Self {
        let mut rest = text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            self.0.push_str(&rest[..at]);
            self.0.push_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            });
            rest = &rest[at + 1..];
        }
        self.0.push_str(rest);
        self
    }

    /// A text with every place marked that holds `needle` (in lower case), in any case.
    pub fn marked(&mut self, text: &str, needle: &str) -> &mut Self {
        if needle.is_empty() {
            return self.text(text);
        }
        // For every letter that `lower` knows, lower and upper case take the same number of bytes.
        let lowered = lower(text);
        let mut at = 0;
        while let Some(found) = lowered[at..].find(needle) {
            let (from, to) = (at + found, at + found + needle.len());
            self.text(&text[at..from])
                .raw("<mark>")
                .text(&text[from..to])
                .raw("</mark>");
            at = to;
        }
        self.text(&text[at..])
    }

    /// A number.
    pub fn number(&mut self, number: u64) -> &mut Self {
        self.0.push_str(&number.to_string());
        self
    }

    /// An icon of the sprite.
    pub fn icon(&mut self, name: &'static str, size: u64) -> &mut Self {
        self.raw("<svg width=\"").number(size).raw("\" height=\"").number(size);
        self.raw("\" aria-hidden=\"true\"><use href=\"")
            .raw(name)
            .raw("\"></use></svg>")
    }

    /// A path, cut in the middle where the room is short; whole in its title.
    pub fn path(&mut self, path: &str) -> &mut Self {
        let (head, tail) = format::split_path(path);
        self.raw("<span class=\"mid\" title=\"")
            .text(path)
            .raw("\"><span>")
            .text(head);
        self.raw("</span><span>").text(tail).raw("</span></span>")
    }

    /// Markup that was `done` before.
    pub fn add(&mut self, done: &str) -> &mut Self {
        self.0.push_str(done);
        self
    }

    pub fn done(&mut self) -> String {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a browser would display.
    fn read(markup: &str) -> String {
        let plain = markup.replace("<mark>", "").replace("</mark>", "");
        assert!(!plain.contains(['<', '>', '"', '\'']), "{plain}");
        plain
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    }

    #[test]
    fn every_place_that_holds_the_text_is_marked() {
        let mut html = Html::default();
        html.marked("Retry a <retry>, ÜBER", "retry");
        assert_eq!(html.done(), "<mark>Retry</mark> a &lt;<mark>retry</mark>&gt;, ÜBER");
        html.marked("für ÜBER", "über");
        assert_eq!(html.done(), "für <mark>ÜBER</mark>");
    }

    proptest! {
        #[test]
        fn no_text_becomes_markup_and_none_is_lost(text in "[a-cA-C<>&\"'äÄΣжЖ ]{0,40}", needle in "[a-cäжσ<&]{0,2}") {
            let mut html = Html::default();
            html.marked(&text, &needle);
            prop_assert_eq!(read(&html.done()), text);
        }
    }
}
