//! `GET /metrics`: figures for whoever draws curves, in the text format of Prometheus, version 0.0.4.
//!
//! A new figure is a line in [`METRICS`], and a field of what it is read from where it is not known yet.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::hub::Stats;
use crate::shared::Shared;

/// What every name begins with.
const PREFIX: &str = "adwatch_";

/// A figure and what it is read from.
struct Metric {
    name: &'static str,
    kind: Kind,
    help: &'static str,
    value: fn(&Figures) -> u64,
}

/// What a reader may do with the values.
#[derive(Clone, Copy)]
enum Kind {
    /// Only grows, from 0 at every start.
    Counter,
    Gauge,
}

/// What is known at one moment.
struct Figures {
    hub: Stats,
    viewers: usize,
}

#[rustfmt::skip]
const METRICS: [Metric; 8] = [
    Metric { name: "events_recorded_total", kind: Kind::Counter, help: "Events recorded since the start.", value: |figures| figures.hub.events_recorded },
    Metric { name: "duplicates_total", kind: Kind::Counter, help: "Events that had already been recorded.", value: |figures| figures.hub.duplicates },
    Metric { name: "commits_total", kind: Kind::Counter, help: "Journal transactions.", value: |figures| figures.hub.commits },
    Metric { name: "workflows", kind: Kind::Gauge, help: "Known workflows.", value: |figures| figures.hub.workflows as u64 },
    Metric { name: "workflows_awake", kind: Kind::Gauge, help: "Workflows with their timeline in memory.", value: |figures| figures.hub.awake as u64 },
    Metric { name: "workflows_of_older_fold", kind: Kind::Gauge, help: "Workflows that an earlier version summed up, and that are being summed up anew.", value: |figures| figures.hub.of_older_fold as u64 },
    Metric { name: "viewers", kind: Kind::Gauge, help: "Open WebSockets.", value: |figures| figures.viewers as u64 },
    Metric { name: "recording", kind: Kind::Gauge, help: "1 while events can be recorded.", value: |figures| u64::from(figures.hub.stopped.is_none()) },
];

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
        }
    }
}

/// Serves the figures.
pub fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(metrics))
}

/// Metrics in the text format of Prometheus, version 0.0.4.
#[utoipa::path(get, path = "/metrics", tag = "operating",
    responses((status = 200, body = String, content_type = "text/plain", description = "The figures")))]
async fn metrics(State(shared): State<Shared>) -> Response {
    let text = text(&Figures {
        hub: shared.hub.stats(),
        viewers: shared.viewers.load(Ordering::Relaxed),
    });
    let headers = [
        (CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::OK, headers, text).into_response()
}

fn text(figures: &Figures) -> String {
    let mut text = String::new();
    for metric in &METRICS {
        put(
            &mut text,
            metric.name,
            metric.kind,
            metric.help,
            "",
            (metric.value)(figures),
        );
    }
    let version = concat!("{version=\"", env!("CARGO_PKG_VERSION"), "\"}");
    put(&mut text, "build_info", Kind::Gauge, "The running version.", version, 1);
    text
}

fn put(text: &mut String, name: &str, kind: Kind, help: &str, labels: &str, value: u64) {
    let kind = kind.name();
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "# HELP {PREFIX}{name} {help}\n# TYPE {PREFIX}{name} {kind}\n{PREFIX}{name}{labels} {value}\n"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_read_as_prometheus_wants_them() {
        let text = text(&Figures {
            hub: Stats {
                workflows: 3,
                of_older_fold: 1,
                awake: 2,
                events_recorded: 40,
                duplicates: 5,
                commits: 6,
                stopped: Some("why".into()),
            },
            viewers: 7,
        });
        let values: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let build = format!("adwatch_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"));
        assert_eq!(
            values,
            [
                "adwatch_events_recorded_total 40",
                "adwatch_duplicates_total 5",
                "adwatch_commits_total 6",
                "adwatch_workflows 3",
                "adwatch_workflows_awake 2",
                "adwatch_workflows_of_older_fold 1",
                "adwatch_viewers 7",
                "adwatch_recording 0",
                &build
            ]
        );
        assert!(text.starts_with(
            "# HELP adwatch_events_recorded_total Events recorded since the start.\n# TYPE adwatch_events_recorded_total counter\n"
        ));
    }
}
