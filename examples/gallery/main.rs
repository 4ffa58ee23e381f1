//! Draws the real pages from invented workflows into a folder, to be looked at: `cargo run --example gallery -- DIR`.
//!
//! Each page is drawn as the server would draw it. The style sheet is expected at DIR/pkg/adwatch.css.

mod play;
mod states;
mod workflows;

use std::path::PathBuf;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use domain::card::Card;
use domain::status::Patience;
use domain::timeline::Timeline;
use domain::timestamp::Timestamp;
use leptos::context::provide_context;
use leptos::prelude::LeptosOptions;
use ui::address::Address;
use ui::app::shell;
use ui::store::Seed;

/// Every page is drawn as of 14:31:46 on this day.
pub const NOW: Timestamp = Timestamp(1_768_487_506_000);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("say which folder to write to")?);
    std::fs::create_dir_all(&folder)?;
    any_spawner::Executor::init_tokio()?;
    let all = workflows::all();
    let crowd = workflows::crowd(1_000);
    let cards = |timelines: &[Timeline]| {
        let mut cards: Vec<Card> = timelines.iter().map(Card::of).collect();
        cards.sort_by(|a, b| a.adw_id.cmp(&b.adw_id));
        Some(cards)
    };
    let board = || seed(cards(&all), None);
    let viewer = |at: usize| seed(None, Some(all[at].clone()));
    let busy = workflows::webhook();

    let pages = [
        ("board", "/", board()),
        ("board-rows", "/?view=rows", board()),
        ("board-filtered", "/?state=failed&sort=cost", board()),
        ("board-nothing", "/?q=zebra", board()),
        ("board-empty", "/", seed(Some(Vec::new()), None)),
        ("board-crowd", "/", seed(cards(&crowd), None)),
        ("board-loading", "/", seed(None, None)),
        ("viewer-running", "/w/c0a43f47", seed(None, Some(busy))),
        ("viewer-failed", "/w/88be02d1", viewer(3)),
        (
            "viewer-backlog",
            "/w/--skip-e2e",
            seed(None, Some(workflows::backlog())),
        ),
        ("viewer-stalled", "/w/41f7aa03", viewer(1)),
        ("viewer-new", "/w/hello", seed(None, Some(workflows::hello()))),
        ("viewer-missing", "/w/nobody", missing()),
        ("not-found", "/nowhere/at/all", board()),
    ];
    for (name, address, seed) in pages {
        let html = draw(address, seed).await?;
        std::fs::write(folder.join(format!("{name}.html")), html)?;
    }
    std::fs::write(folder.join("states.html"), states::page())?;
    Ok(())
}

fn seed(cards: Option<Vec<Card>>, timeline: Option<Timeline>) -> Seed {
    Seed {
        epoch: "gallery".to_owned(),
        as_of: NOW,
        patience: Patience::default(),
        roots: vec!["/srv/adw/tracking-api/agents".to_owned()],
        cards,
        timeline: timeline.map(|timeline| (timeline.adw_id.clone(), Some(timeline))),
        theme: None,
        detail: None,
        files: Vec::new(),
    }
}

fn missing() -> Seed {
    let mut seed = seed(None, None);
    seed.timeline = "nobody".parse().ok().map(|adw_id| (adw_id, None));
    seed
}

async fn draw(address: &str, seed: Seed) -> Result<String, Box<dyn std::error::Error>> {
    let options = LeptosOptions::builder().output_name("adwatch").build();
    let place = Address::parse(address);
    let handler = leptos_axum::render_app_to_stream_with_context(
        move || {
            provide_context(seed.clone());
            provide_context(place.clone());
        },
        move || shell(options.clone(), "."),
    );
    let request = Request::builder().uri(address).body(Body::empty())?;
    let response = handler(request).await;
    let bytes = to_bytes(response.into_body(), usize::MAX).await?;
    Ok(String::from_utf8(bytes.to_vec())?)
}
