//! Components that draw a store: no socket, no fetch, no clock.

pub mod announcer;
pub mod app;
pub mod banner;
pub mod board;
pub mod connection;
pub mod control;
pub mod derived;
pub mod dynamic;
pub mod figure;
pub mod format;
pub mod icon;
pub mod letters;
pub mod not_found;
pub mod skeleton;
pub mod stage_bar;
pub mod status_mark;
pub mod store;
pub mod theme;
pub mod trace_plot;
pub mod viewer;
