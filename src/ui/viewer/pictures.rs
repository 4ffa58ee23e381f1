//! The newest pictures that agents made or looked at: small on the page, large in a box of the browser's own.
//!
//! The box is a popover, so it opens, closes with Escape and returns the focus without any script.

use leptos::prelude::*;

use super::subject::use_subject;
use crate::control::BUTTON;
use crate::format::{self, THIN};
use crate::html::Html;
use crate::markup::markup;
use crate::sheets::sheet;
use domain::timeline::seen_picture::SeenPicture;

const SHEET: &str = sheet!("picture");

#[component]
pub fn Pictures() -> impl IntoView {
    let subject = use_subject();
    let pictures = subject.part(|timeline| {
        let mut newest: Vec<SeenPicture> = Vec::new();
        for seen in timeline.pictures.iter().rev() {
            if !newest.iter().any(|known| known.name == seen.name) {
                newest.push(seen.clone());
            }
        }
        newest
    });
    markup("contents", move |html| {
        pictures.with(|pictures| {
            if !pictures.is_empty() {
                panel(html, pictures);
            }
        });
    })
}

fn panel(html: &mut Html, pictures: &[SeenPicture]) {
    html.raw("<section aria-label=\"Pictures\" class=\"min-w-0 border-b border-line\"><div class=\"flex items-center h-8 px-4 border-b border-line gap-2\">");
    html.raw("<h2 class=\"font-semibold\">Pictures</h2><span class=\"grow\"></span><span class=\"lbl\">newest first</span></div>");
    html.raw("<ul class=\"grid grid-cols-2 gap-3 px-4 py-3 lg:pr-3\">");
    for picture in pictures {
        html.raw("<li class=\"pic ").raw(SHEET).raw("\">");
        picture_box(html, picture, "p");
        html.raw("<span class=\"cap truncate\" aria-hidden=\"true\" title=\"")
            .text(&picture.label)
            .raw("\">");
        html.text(picture.label.rsplit('/').next().unwrap_or_default())
            .raw("</span></li>");
    }
    html.raw("</ul></section>");
}

/// The pictures of an entry, in its body.
pub fn of_entry(html: &mut Html, pictures: &[SeenPicture]) {
    for picture in pictures {
        html.raw("<div class=\"pic small ").raw(SHEET).raw("\">");
        picture_box(html, picture, "e");
        html.raw("</div>");
    }
}

/// A picture that opens enlarged; `place` distinguishes its box from that of the same picture elsewhere on the page.
fn picture_box(html: &mut Html, picture: &SeenPicture, place: &str) {
    let id = format!("{place}{}-{}", picture.seq, picture.name.get(..16).unwrap_or_default());
    let mut alt = picture.label.clone();
    if let Some(agent) = picture.agent.as_deref().filter(|agent| !agent.is_empty()) {
        alt.push_str(if alt.is_empty() { "" } else { ", " });
        alt.push_str(agent);
    }
    let size = format::amount(picture.size_bytes);
    let what = format!(
        "{alt}, {} × {} px, {}{THIN}{}B",
        picture.width, picture.height, size.value, size.unit
    );
    let image = |html: &mut Html, before: &'static str| {
        html.raw("<img src=\"/media/")
            .text(&picture.name)
            .raw("\" alt=\"")
            .raw(before)
            .text(&alt);
        html.raw("\" loading=\"lazy\" decoding=\"async\" width=\"")
            .number(picture.width);
        html.raw("\" height=\"").number(picture.height).raw("\">");
    };
    html.raw("<button type=\"button\" class=\"shot\" popovertarget=\"")
        .text(&id)
        .raw("\" title=\"")
        .text(&what)
        .raw("\">");
    image(html, "Enlarge ");
    html.raw("</button><div popover=\"auto\" class=\"box\" role=\"dialog\" id=\"")
        .text(&id)
        .raw("\" aria-label=\"")
        .text(&picture.label)
        .raw("\">");
    image(html, "");
    html.raw("<div class=\"foot\"><span class=\"what\">")
        .text(&what)
        .raw("</span><a class=\"link leading-6\" rel=\"external\" href=\"/media/");
    html.text(&picture.name)
        .raw("\">Open file</a><button type=\"button\" class=\"")
        .raw(BUTTON)
        .raw("\" popovertarget=\"")
        .text(&id);
    html.raw("\" popovertargetaction=\"hide\">Close</button></div></div>");
}
