//! The classes of controls: buttons, chips, segments, fields and menus.

use stylers_macro::style_sheet;

pub const BUTTON: &str = concat!("btn ", style_sheet!("./style/components/control.css"));
pub const QUIET_BUTTON: &str = concat!("btn quiet ", style_sheet!("./style/components/control.css"));
pub const CHIP: &str = concat!("chip ", style_sheet!("./style/components/control.css"));
pub const SEGMENTS: &str = concat!("seg ", style_sheet!("./style/components/control.css"));
pub const FIELD: &str = concat!("field ", style_sheet!("./style/components/control.css"));
pub const MENU: &str = concat!("menu ", style_sheet!("./style/components/control.css"));
