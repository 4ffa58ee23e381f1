//! Components that draw a store: no socket, no fetch, no clock.
//!
//! What the browser downloads grows with every type that Leptos compiles for. So changing parts of a view use `dynamic`,
//! rows use `list`, a memo is a `Derived`, numbers are inserted as text, and optional parts as `Option<AnyView>`.

// A page is one type made of all its elements, for which the compiler's default limit is too low.
#![recursion_limit = "256"]

pub mod address;
pub mod announcer;
pub mod app;
pub mod banner;
pub mod board;
pub mod chunk;
pub mod connection;
pub mod control;
pub mod derived;
pub mod detail;
pub mod dynamic;
pub mod effect;
pub mod figure;
pub mod file_told;
pub mod fold;
pub mod format;
pub mod history;
pub mod html;
pub mod icon;
pub mod life;
pub mod markup;
pub mod not_found;
pub mod sheets;
pub mod skeleton;
pub mod stage_bar;
pub mod status_mark;
pub mod store;
pub mod theme;
pub mod trace_plot;
pub mod viewer;
