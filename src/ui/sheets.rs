//! The class of a component's sheet, as `build.rs` compiled it: `sheet!("banner")` is that of `style/components/banner.css`.

include!(concat!(env!("OUT_DIR"), "/sheets.rs"));
pub(crate) use sheet;
