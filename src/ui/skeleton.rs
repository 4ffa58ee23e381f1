//! Placeholders for things that are still loading: their grid in grey, shown only after 150 ms.

use crate::board::strip::SHEET as STRIP;
use crate::html::Html;

/// A strip of the board.
pub fn strip_skeleton(html: &mut Html) {
    html.raw("<div class=\"strip ").raw(STRIP).raw(
        "\" aria-hidden=\"true\"><span class=\"flex justify-between h-4.5 items-center\"><span class=\"sk w-16\"></span>\
         <span class=\"sk w-9\"></span></span><span class=\"sk mt-2.5 w-full\"></span><span class=\"sk mt-2 w-2/3\"></span>\
         <span class=\"sk mt-4 !h-1 w-full\"></span><span class=\"sk mt-4 w-3/4\"></span><span class=\"f4 mt-5 gap-2\">\
         <span class=\"sk\"></span><span class=\"sk\"></span><span class=\"sk\"></span><span class=\"sk\"></span></span></div>",
    );
}

/// Rows of a list, of uneven length.
pub fn rows_skeleton(html: &mut Html) {
    const WIDTHS: [&str; 6] = ["w-2/3", "w-1/2", "w-3/4", "w-1/3", "w-3/5", "w-2/3"];
    for width in WIDTHS {
        html.raw("<div aria-hidden=\"true\" class=\"h-7 px-4 border-b border-line flex items-center gap-3\"><span class=\"sk w-12\"></span>");
        html.raw("<span class=\"sk w-14\"></span><span class=\"sk ")
            .raw(width)
            .raw("\"></span></div>");
    }
}
