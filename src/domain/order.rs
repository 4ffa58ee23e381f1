//! Sorting by numbers: one sort for all lists of a page, since each type that is sorted costs the browser its own.

use std::collections::BinaryHeap;

/// The first key, the second for equal firsts, and the third for equal seconds.
pub type SortKey = [u64; 3];

/// The indices of a list in the order of their keys; equal keys stay in order.
pub fn order(keys: impl Iterator<Item = SortKey>) -> Vec<usize> {
    // The sort of a slice is five kilobytes of the page, a heap a few hundred bytes.
    let keyed: BinaryHeap<(SortKey, usize)> = keys.enumerate().map(|(at, key)| (key, at)).collect();
    keyed.into_sorted_vec().into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_stay_in_order() {
        assert_eq!(
            order([[2, 0, 0], [1, 9, 0], [2, 0, 0], [1, 3, 0]].into_iter()),
            [3, 1, 0, 2]
        );
    }
}
