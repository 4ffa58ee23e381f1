//! Icons and the shapes of states: drawn once in a sprite, used by name.

use leptos::prelude::*;

use crate::store::LinkState;
use domain::status::Status;
use domain::timeline::stage_line::StageState;

/// An icon of the sprite, in the colour of its text. Decoration only: the word stands beside it.
pub fn icon(name: &'static str, size: u32) -> AnyView {
    let size = size.to_string();
    view! {
        <svg width=size.clone() height=size aria-hidden="true">
            <use href=name></use>
        </svg>
    }
    .into_any()
}

/// The disc of what runs; its ring breathes.
pub fn running(size: u32) -> AnyView {
    let size = size.to_string();
    view! {
        <svg width=size.clone() height=size aria-hidden="true">
            <use href="#run"></use>
            <use href="#ring" class="ring"></use>
        </svg>
    }
    .into_any()
}

/// The shape of a state.
pub fn status(state: Status, size: u32) -> AnyView {
    let name = match state {
        Status::Running => return running(size),
        Status::NeedsPerson | Status::Waiting => "#wait",
        Status::Stalled => "#stall",
        Status::Failed => "#fail",
        Status::Completed => "#done",
        Status::Unknown => "#unknown",
    };
    icon(name, size)
}

/// The shape of a stage's state; none stands for a stage to come.
pub fn stage(state: Option<StageState>, size: u32) -> AnyView {
    let name = match state {
        Some(StageState::Running) => return running(size),
        Some(StageState::Completed) => "#done",
        Some(StageState::Failed) => "#fail",
        Some(StageState::Skipped) => "#skip",
        Some(StageState::Pending) | None => "#pending",
    };
    icon(name, size)
}

/// The shape of the connection.
pub fn link(state: LinkState) -> &'static str {
    match state {
        LinkState::Static => "#snapshot",
        LinkState::Connecting => "#pending",
        LinkState::Live => "#live",
        LinkState::CatchingUp => "#catch",
        LinkState::Reconnecting => "#recon",
        LinkState::Polling => "#poll",
    }
}

/// The sprite: one hidden drawing per page.
#[component]
pub fn Sprite() -> impl IntoView {
    // Shapes of states are drawn on 12 units, icons on 16.
    let shapes = [
        ("run", "M6 3.25a2.75 2.75 0 1 1 0 5.5 2.75 2.75 0 1 1 0-5.5z", ""),
        ("ring", "", "M6 .75a5.25 5.25 0 1 1 0 10.5A5.25 5.25 0 1 1 6 .75z"),
        (
            "wait",
            "",
            "M6 1.25a4.75 4.75 0 1 1 0 9.5 4.75 4.75 0 1 1 0-9.5zM6 3.2V6l2 1.3",
        ),
        ("stall", "", "M6 1.4 11.2 10.6H.8zM6 4.6v2.8M6 8.3v1"),
        (
            "fail",
            "M.75.75h10.5v10.5H.75zM4.3 3.2 3.2 4.3 4.9 6 3.2 7.7l1.1 1.1L6 7.1l1.7 1.7 1.1-1.1L7.1 6l1.7-1.7-1.1-1.1L6 4.9z",
            "",
        ),
        ("done", "", "M1.6 6.4 4.7 9.5 10.5 2.8"),
        ("pending", "", "M6 1.75a4.25 4.25 0 1 1 0 8.5 4.25 4.25 0 1 1 0-8.5z"),
        ("skip", "", "M2 6h8"),
        (
            "unknown",
            "",
            "M3.6 4.2a2.4 2.4 0 1 1 3.4 2.2c-.7.4-1 .8-1 1.6M6 9.3v1.4",
        ),
        (
            "snapshot",
            "",
            "M1.5 3h9v7h-9zM4.5 1.5h3M6 5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 1 1 0-3z",
        ),
        (
            "live",
            "M6 4a2 2 0 1 1 0 4 2 2 0 1 1 0-4z",
            "M2.4 2.4a5.1 5.1 0 0 0 0 7.2M9.6 2.4a5.1 5.1 0 0 1 0 7.2",
        ),
        ("catch", "", "m1.5 2 4 4-4 4M6.5 2l4 4-4 4"),
        ("recon", "", "M10.6 6A4.6 4.6 0 1 1 8.9 2.4M9.4.3v2.6H6.8"),
        (
            "poll",
            "M1 4.75h2.5v2.5H1zM4.75 4.75h2.5v2.5h-2.5zM8.5 4.75H11v2.5H8.5z",
            "",
        ),
        ("ended", "M2 2h8v8H2z", ""),
        ("held", "", "M6 1v6.2M3 4.6l3 3 3-3M2 10.5h8"),
        ("paused", "M3 2h2v8H3zM7 2h2v8H7z", ""),
    ];
    let icons = [
        (
            "search",
            "M7 2.75a4.25 4.25 0 1 1 0 8.5 4.25 4.25 0 1 1 0-8.5zm3.2 7.45 3.3 3.3",
        ),
        ("columns", "M2.25 2.75h4.5v10.5h-4.5zM9.25 2.75h4.5v10.5h-4.5z"),
        ("rows", "M2 4h12M2 8h12M2 12h12"),
        (
            "theme",
            "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 1 1 0-11zM8 2.5v11M8 5h4.6M8 8h5.5M8 11h4.6",
        ),
        ("down", "m3.5 6 4.5 4.5L12.5 6"),
        ("turn", "m6 3.5 4.5 4.5L6 12.5"),
        ("back", "M10 3.5 5.5 8l4.5 4.5"),
        ("close", "m4 4 8 8M12 4l-8 8"),
        ("export", "M8 10V2.5M5 5.25l3-3 3 3M3 9v4.25h10V9"),
        ("copy", "M5.5 5.5h8v8h-8zM10.5 5V2.5h-8v8H5"),
        ("tick", "m3 8.5 3.5 3.5L13 4.5"),
        ("retry", "M13.25 8A5.25 5.25 0 1 1 11.4 4M11.75 1.5v3h-3"),
        ("read", "M4 1.75h5l3.25 3.25v9.25H4zM9 2v3.25h3M6 8h4M6 11h4"),
        ("shell", "M1.75 2.75h12.5v10.5H1.75zM4.5 6l2.25 2-2.25 2M8.5 10.25h3"),
        ("edit", "M2.75 13.25v-3l8-8 3 3-8 8zM9 4l3 3"),
        ("thought", "M2.5 3.5h11v7h-6l-3 2.75V10.5h-2z"),
        ("text", "M2.5 4h11M2.5 8h11M2.5 12h6.5"),
        ("log", "M2.5 3.5h1M6 3.5h7.5M2.5 8h1M6 8h7.5M2.5 12.5h1M6 12.5h7.5"),
        ("flag", "M3.5 14V2.5h8.5L10 5.5l2 3H3.5"),
        ("task", "M3.5 2.5v5.25h5M3.5 7.75v5h5M8.5 6h5v3.5h-5zM8.5 11h5v3.25h-5z"),
        (
            "tool",
            "M9.5 6.5 3 13M8.5 3.5a3.5 3.5 0 0 0 4 4l1-2-1.75.5-1.25-1.25.5-1.75z",
        ),
        ("plan", "M2.5 3.5 4 5l2-2.5M2.5 9.5 4 11l2-2.5M8.5 4.5h5M8.5 10.5h5"),
        (
            "state",
            "M6 2.5c-2 0-2.25 1-2.25 2.5S3.5 7.5 2.25 8C3.5 8.5 3.75 9.5 3.75 11s.25 2.5 2.25 2.5M10 2.5c2 0 2.25 1 2.25 2.5s.25 2.5 1.5 3c-1.25.5-1.5 1.5-1.5 3s-.25 2.5-2.25 2.5",
        ),
        ("session", "M5 3v10l8-5z"),
        ("other", "M8 2.25 13.75 8 8 13.75 2.25 8z"),
        (
            "globe",
            "M8 2.25a5.75 5.75 0 1 1 0 11.5 5.75 5.75 0 1 1 0-11.5zM2.5 8h11M8 2.25c-4 3.5-4 8 0 11.5M8 2.25c4 3.5 4 8 0 11.5",
        ),
    ];
    let shape = |(name, filled, drawn): (&'static str, &'static str, &'static str)| {
        view! {
            <symbol id=name viewBox="0 0 12 12">
                <path d=filled fill="currentColor" fill-rule="evenodd"></path>
                <path d=drawn fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round"></path>
            </symbol>
        }
        .into_any()
    };
    let line = |(name, drawn): (&'static str, &'static str)| {
        view! {
            <symbol id=name viewBox="0 0 16 16">
                <path d=drawn fill="none" stroke="currentColor" stroke-width="1.5"></path>
            </symbol>
        }
        .into_any()
    };
    view! {
        <svg width="0" height="0" class="absolute" aria-hidden="true">
            {shapes.into_iter().map(shape).collect_view()}
            {icons.into_iter().map(line).collect_view()}
        </svg>
    }
}

/// The sign of the board, as in the favicon.
pub const LOGO: &str = "<svg width=\"20\" height=\"20\" viewBox=\"0 0 20 20\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\" aria-hidden=\"true\">\
    <circle cx=\"10\" cy=\"10\" r=\"8.25\" stroke=\"var(--fg3)\"></circle><path d=\"M10 10 15.4 4.6\" stroke=\"var(--accent)\" stroke-width=\"2\"></path>\
    <circle cx=\"10\" cy=\"10\" r=\"2\" fill=\"var(--accent)\" stroke=\"none\"></circle>\
    <path d=\"M10 1.75v2M10 16.25v2M1.75 10h2M16.25 10h2\" stroke=\"var(--fg3)\"></path></svg>";
