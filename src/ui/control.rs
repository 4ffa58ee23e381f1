//! The classes of controls: buttons, chips, segments, fields and menus.

use crate::sheets::sheet;

pub const BUTTON: &str = concat!("btn ", sheet!("control"));
pub const QUIET_BUTTON: &str = concat!("btn quiet ", sheet!("control"));
pub const CHIP: &str = concat!("chip ", sheet!("control"));
pub const SEGMENTS: &str = concat!("seg ", sheet!("control"));
pub const FIELD: &str = concat!("field ", sheet!("control"));
pub const MENU: &str = concat!("menu ", sheet!("control"));
