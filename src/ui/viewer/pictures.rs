//! The newest pictures that agents made or looked at: small on the page, large in a box of the browser's own.
//!
//! The box is a popover, so it opens, closes with Escape and gives the focus back without a line of script.

use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::subject::use_subject;
use crate::domain::timeline::seen_picture::SeenPicture;
use crate::ui::control::BUTTON;
use crate::ui::derived::Derived;
use crate::ui::dynamic::{dynamic, list};
use crate::ui::format::{self, THIN};

const SHEET: &str = style_sheet!("./style/components/picture.css");

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
    let is_empty = Derived::new(move |_| pictures.with(Vec::is_empty));
    let row = |picture: SeenPicture| {
        view! {
            <li class=format!("pic {SHEET}")>
                {picture_box(&picture, "p")}
                <span class="cap truncate" aria-hidden="true" title=picture.label.clone()>
                    {picture.label.rsplit('/').next().unwrap_or_default().to_owned()}
                </span>
            </li>
        }
        .into_any()
    };
    dynamic(move || {
        (!is_empty.get()).then(|| {
            view! {
                <section aria-label="Pictures" class="min-w-0 border-b border-line">
                    <div class="flex items-center h-8 px-4 border-b border-line gap-2">
                        <h2 class="font-semibold">"Pictures"</h2>
                        <span class="grow"></span>
                        <span class="lbl">"newest first"</span>
                    </div>
                    <ul class="grid grid-cols-2 gap-3 px-4 py-3 lg:pr-3">
                        {list(move || pictures.get(), |picture| picture.name.clone(), row)}
                    </ul>
                </section>
            }
            .into_any()
        })
    })
}

/// The pictures of an entry, in its body.
pub fn of_entry(pictures: &[SeenPicture]) -> AnyView {
    let small = |picture: &SeenPicture| {
        view! { <div class=format!("pic small {SHEET}")>{picture_box(picture, "e")}</div> }.into_any()
    };
    pictures.iter().map(small).collect_view().into_any()
}

/// A picture that opens large; `place` tells its box from that of the same picture elsewhere on the page.
fn picture_box(picture: &SeenPicture, place: &str) -> AnyView {
    let file = format!("/media/{}", picture.name);
    let id = format!("{place}{}-{}", picture.seq, picture.name.get(..16).unwrap_or_default());
    let agent = picture.agent.as_deref().unwrap_or_default();
    let alt = [picture.label.as_str(), agent];
    let alt = alt
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let size = format::amount(picture.size_bytes);
    let what = format!(
        "{alt}, {} × {} px, {}{THIN}{}B",
        picture.width, picture.height, size.value, size.unit
    );
    let image = |alt: String| {
        view! {
            <img
                src=file.clone()
                alt=alt
                loading="lazy"
                decoding="async"
                width=picture.width.to_string()
                height=picture.height.to_string()
            />
        }
        .into_any()
    };
    let (small, large) = (image(format!("Enlarge {alt}")), image(alt));
    view! {
        <button type="button" class="shot" popovertarget=id.clone() title=what.clone()>
            {small}
        </button>
        <div popover="auto" class="box" id=id.clone() role="dialog" aria-label=picture.label.clone()>
            {large}
            <div class="foot">
                <span class="what">{what}</span>
                <a class="link leading-6" rel="external" href=file.clone()>"The file"</a>
                <button type="button" class=BUTTON popovertarget=id.clone() popovertargetaction="hide">"Close"</button>
            </div>
        </div>
    }
    .into_any()
}
