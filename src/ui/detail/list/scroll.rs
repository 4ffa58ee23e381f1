//! Where a list is scrolled to: where it belongs after a change, and which rows are seen there.

use std::ops::Range;

use leptos::html::Div;
use leptos::tachys::html::element::ElementType;

use super::Cause;
use super::rows::{Heights, Mode, Rows};
use domain::log::Log;

/// Rows that are drawn beyond what is seen, on either side.
pub const BEYOND: usize = 8;

/// The element that scrolls.
pub type Container = <Div as ElementType>::Output;

/// See the module.
#[derive(Default)]
pub struct Scroll {
    /// The row at the top of the view, and how far it is scrolled out of it.
    pub anchor: Option<(u64, usize)>,
    /// The seq to be shown once it is loaded.
    pub target: Option<u64>,
    /// The height of all rows together.
    pub canvas_px: usize,
    /// How far the view is scrolled.
    top_px: usize,
    /// The height of what is seen; 0 until that is known, and whenever it may have changed.
    view_px: usize,
    /// How high the canvas was when its end was last shown, if nobody has scrolled since.
    end_px: Option<usize>,
}

impl Scroll {
    /// Begins at that seq, if one is to be shown.
    pub fn to(target: Option<u64>) -> Self {
        Self {
            target,
            ..Self::default()
        }
    }

    /// What is seen may be of another height now.
    pub fn forget_size(&mut self) {
        (self.view_px, self.end_px) = (0, None);
    }

    /// Learns where a person has scrolled to. What a browser is asked about its layout makes it lay out at once: only
    /// what is not known is asked.
    pub fn look(&mut self, cause: Cause, container: &Container) {
        if cause == Cause::Scroll || self.view_px == 0 {
            self.view_px = container.client_height().max(0) as usize;
            let top_px = container.scroll_top().max(0) as usize;
            if std::mem::replace(&mut self.top_px, top_px) != top_px {
                self.end_px = None;
            }
        }
    }

    /// Where the view belongs after what happened, on a canvas of such a height. `is_sorted` says that the rows begin
    /// with what matters most.
    pub fn aim(
        &mut self,
        cause: Cause,
        rows: &Rows,
        log: &Log,
        heights: &Heights,
        canvas_px: usize,
        is_sorted: bool,
    ) -> usize {
        let is_here = |seq: &u64| log.covers(*seq) || rows.picked.is_some();
        let target = self.target.take_if(|seq| is_here(seq));
        let top = |seq: u64| heights.top(rows.place(log, seq));
        match (target.map_or(cause, Cause::Jump), rows.mode, self.anchor) {
            (Cause::Jump(seq), ..) => top(seq).saturating_sub(self.view_px / 3),
            (Cause::Data, Mode::Live, _) if is_sorted => 0,
            (Cause::Data, Mode::Live, _) if self.end_px == Some(canvas_px) => self.top_px,
            (Cause::Data, Mode::Live, _) => canvas_px,
            (Cause::Data, Mode::Held(_) | Mode::Paused(_), Some((seq, beyond))) => top(seq) + beyond,
            (Cause::Data | Cause::Scroll, ..) => self.top_px,
        }
    }

    /// Goes there. A canvas that became smaller may have moved what is seen, and the end lies as far below as it may.
    pub fn go(&mut self, top: usize, canvas_px: usize, container: &Container) {
        if top != self.top_px || canvas_px < self.canvas_px {
            container.set_scroll_top(top as i32);
            self.top_px = container.scroll_top().max(0) as usize;
            self.end_px = (top == canvas_px).then_some(canvas_px);
        }
        self.canvas_px = canvas_px;
    }

    /// The first row that is seen, and those that are drawn.
    pub fn shown(&self, count: usize, heights: &Heights) -> (usize, Range<usize>) {
        let first = heights.at(self.top_px).min(count.saturating_sub(1));
        let to = (first + self.view_px / heights.row_px + 1 + BEYOND).min(count);
        (first, first.saturating_sub(BEYOND)..to)
    }

    /// Remembers the row at the top, so that it can stay there.
    pub fn drop_anchor(&mut self, first: usize, seq: Option<u64>, heights: &Heights) {
        self.anchor = seq.map(|seq| (seq, self.top_px.saturating_sub(heights.top(first))));
    }
}
