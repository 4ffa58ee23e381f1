//! The files of which there is something to tell: lines that were not understood, and events that another door had told before.
//!
//! That is no part of the timeline: the server draws it with the page, and the browser asks again when the workflow's files or
//! state change.

use leptos::prelude::*;
use serde_json::Value;

use super::subject::Subject;
use crate::effect::effect;
use crate::file_told::{FileTold, FilesTold};
use crate::format;
use crate::html::Html;
use domain::from_json::FromJson;

/// Asks for the files whenever something changed that may have changed them; runs in a browser alone.
pub fn keep_up(subject: Subject) {
    let sources = subject.part(|timeline| timeline.sources.total());
    let status = subject.status();
    let mut is_first = true;
    effect(move || {
        sources.with(|_| ());
        status.with(|_| ());
        let adw_id = subject.adw_id.get_value();
        let is_drawn = subject
            .store
            .files
            .with_untracked(|told| told.of.as_ref() == Some(&adw_id));
        if std::mem::replace(&mut is_first, false) && is_drawn {
            return;
        }
        let Some(fetch) = subject.store.fetch else { return };
        fetch(
            subject.api("/sources"),
            Box::new(move |answer| {
                if let Some(files) = answer.and_then(read) {
                    let told = FilesTold {
                        of: Some(adw_id),
                        files,
                    };
                    subject.store.files.try_set(told);
                }
            }),
        );
    });
}

fn read(mut answer: Value) -> Option<Vec<FileTold>> {
    let files = Vec::<FileTold>::from_json(answer.get_mut("sources")?.take()).ok()?;
    Some(files.into_iter().filter(FileTold::is_telling).collect())
}

/// Draws the files of the workflow at hand.
pub fn draw(html: &mut Html, subject: Subject) {
    let adw_id = subject.adw_id.get_value();
    subject.store.files.with(|told| {
        if told.of.as_ref() != Some(&adw_id) || told.files.is_empty() {
            return;
        }
        html.raw("<ol aria-label=\"Files\">");
        for file in &told.files {
            row(html, file);
        }
        html.raw("</ol>");
    });
}

fn row(html: &mut Html, file: &FileTold) {
    html.raw(
        "<li class=\"px-4 py-1 border-t border-line min-w-0\"><div class=\"flex mono min-w-0 leading-6\" title=\"",
    );
    html.text(&file.path).raw("\">").path(&file.path);
    if file.run > 1 {
        html.raw("<span class=\"flex-none text-fg3\">&nbsp;run ")
            .number(u64::from(file.run))
            .raw("</span>");
    }
    html.raw("</div>");
    if file.known > 0 {
        let known = format::counted(
            file.known,
            "event was known already, by another door",
            "events were known already, by another door",
        );
        html.raw("<div class=\"text-xs text-fg2\">").text(&known).raw("</div>");
    }
    if !file.unrecognised.is_empty() {
        let names = file
            .unrecognised
            .iter()
            .map(|(name, count)| format!("{} × {name}", format::whole(*count)));
        let names: Vec<String> = names.collect();
        html.raw("<div class=\"text-xs text-warn\">not understood: ")
            .text(&names.join(", "))
            .raw("</div>");
    }
    html.raw("</li>");
}
