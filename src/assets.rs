//! The files of the page, inside the binary.

use server::assets::{Asset, Assets};

// ASSETS, made by build.rs; a build without a front end has none.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));
