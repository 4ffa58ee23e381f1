//! The time axis of the timeline band: moments to places, with long idle gaps folded away.

use domain::timestamp::Timestamp;

/// Shorter gaps are not worth a fold.
const FOLD_MS: i64 = 3 * 60_000;
/// The width of a fold, in per mille of the plot; less where there are many.
const FOLD_WIDTH: f64 = 40.0;
/// All folds together take at most this.
const FOLDS_WIDTH: f64 = 320.0;
/// The position of now while the workflow is running; the rest of the width is for its label.
const NOW_AT: f64 = 960.0;

/// Times between the first and the last, as positions from 0 to 1000.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pieces: Vec<Piece>,
    pub active_ms: u64,
    pub idle_ms: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    from: i64,
    to: i64,
    left: f64,
    right: f64,
    folded: bool,
}

/// A mark on the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub at: Timestamp,
    pub place: f64,
}

impl Axis {
    /// The axis from `start` to `end`; `busy` are the times in which something was happening.
    pub fn new(start: Timestamp, end: Timestamp, busy: &[(Timestamp, Timestamp)], is_live: bool) -> Self {
        let (start, end) = (start.0, end.0.max(start.0 + 1_000));
        let gaps = gaps(start, end, busy);
        let idle: i64 = gaps.iter().map(|(from, to)| to - from).sum();
        let fold = FOLD_WIDTH.min(FOLDS_WIDTH / gaps.len().max(1) as f64);
        let width = if is_live { NOW_AT } else { 1_000.0 };
        let active = (end - start - idle).max(1);
        let scale = (width - fold * gaps.len() as f64) / active as f64;
        let mut pieces = Vec::with_capacity(gaps.len() * 2 + 1);
        let (mut at, mut left) = (start, 0.0);
        let mut push = |from: i64, to: i64, folded: bool| {
            if to > from {
                let right = left + if folded { fold } else { (to - from) as f64 * scale };
                pieces.push(Piece {
                    from,
                    to,
                    left,
                    right,
                    folded,
                });
                left = right;
            }
        };
        for (from, to) in gaps {
            push(at, from, false);
            push(from, to, true);
            at = to;
        }
        push(at, end, false);
        Self {
            pieces,
            active_ms: active as u64,
            idle_ms: idle as u64,
        }
    }

    /// The position of a time; times outside the axis are placed at its ends.
    pub fn place(&self, at: Timestamp) -> f64 {
        let piece = self.pieces.iter().find(|piece| at.0 <= piece.to).or(self.pieces.last());
        piece.map_or(0.0, |piece| {
            let share = (at.0.clamp(piece.from, piece.to) - piece.from) as f64 / (piece.to - piece.from) as f64;
            piece.left + share * (piece.right - piece.left)
        })
    }

    /// Left and right of every fold.
    pub fn folds(&self) -> impl Iterator<Item = (f64, f64)> {
        self.pieces
            .iter()
            .filter(|piece| piece.folded)
            .map(|piece| (piece.left, piece.right))
    }

    pub fn is_folded(&self, at: Timestamp) -> bool {
        self.pieces
            .iter()
            .any(|piece| piece.folded && piece.from < at.0 && at.0 < piece.to)
    }

    /// At most about ten ticks at round times, none too close to the one before or to the right end.
    pub fn ticks(&self) -> (Vec<Tick>, i64) {
        const STEPS: [i64; 18] = [
            1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 604_800,
        ];
        let step = STEPS
            .into_iter()
            .map(|seconds| seconds * 1_000)
            .find(|step| self.active_ms as i64 / step <= 10)
            .unwrap_or(2_592_000_000);
        let mut ticks: Vec<Tick> = Vec::new();
        for piece in self.pieces.iter().filter(|piece| !piece.folded) {
            let mut at = piece.from.div_euclid(step) * step;
            if at < piece.from {
                at += step;
            }
            while at <= piece.to {
                let tick = Tick {
                    at: Timestamp(at),
                    place: self.place(Timestamp(at)),
                };
                let is_free = ticks.last().is_none_or(|last| tick.place - last.place >= 62.0)
                    && tick.place - piece.left >= 0.0
                    && piece.right - tick.place >= 0.0
                    && tick.place <= NOW_AT - 50.0;
                if is_free {
                    ticks.push(tick);
                }
                at += step;
            }
        }
        (ticks, step)
    }
}

/// The idle times longer than a fold, within `start` and `end`.
fn gaps(start: i64, end: i64, busy: &[(Timestamp, Timestamp)]) -> Vec<(i64, i64)> {
    let mut ordered: Vec<(i64, i64)> = Vec::with_capacity(busy.len());
    for span in busy.iter().map(|(from, to)| (from.0, to.0)) {
        let at = ordered.partition_point(|known| *known <= span);
        ordered.insert(at, span);
    }
    let least = FOLD_MS.max((end - start) / 20);
    let mut gaps = Vec::new();
    let mut at = start;
    for (from, to) in ordered.into_iter().chain([(end, end)]) {
        if from.min(end) - at > least {
            gaps.push((at, from.min(end)));
        }
        at = at.max(to);
    }
    gaps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn minutes(from: i64, to: i64) -> (Timestamp, Timestamp) {
        (Timestamp(from * 60_000), Timestamp(to * 60_000))
    }

    #[test]
    fn a_long_gap_is_folded_and_a_short_one_is_not() {
        let (start, end) = minutes(0, 60);
        let axis = Axis::new(start, end, &[minutes(0, 10), minutes(12, 20), minutes(50, 60)], true);
        let folds: Vec<_> = axis.folds().collect();
        assert_eq!(folds.len(), 1);
        assert_eq!(axis.idle_ms, 30 * 60_000);
        assert_eq!(axis.active_ms, 30 * 60_000);
        assert!(axis.is_folded(Timestamp(30 * 60_000)));
        assert!(!axis.is_folded(Timestamp(11 * 60_000)));
        assert!((axis.place(end) - NOW_AT).abs() < 1e-6);
        assert!((axis.place(start)).abs() < 1e-6);
    }

    #[test]
    fn silence_up_to_the_end_is_folded_too() {
        let (start, end) = minutes(0, 300);
        let axis = Axis::new(start, end, &[minutes(0, 20)], true);
        assert_eq!(axis.folds().count(), 1);
        assert_eq!(axis.active_ms, 20 * 60_000);
    }

    proptest! {
        #[test]
        fn later_moments_never_stand_further_left(
            busy in proptest::collection::vec((0_i64..10_000_000, 0_i64..3_000_000), 0..12),
            mut moments in proptest::collection::vec(-100_000_i64..14_000_000, 2..20),
            is_live in any::<bool>(),
        ) {
            let busy: Vec<_> = busy
                .into_iter()
                .map(|(from, long)| (Timestamp(from), Timestamp(from + long)))
                .collect();
            let axis = Axis::new(Timestamp(0), Timestamp(13_000_000), &busy, is_live);
            moments.sort_unstable();
            let places: Vec<f64> = moments.iter().map(|at| axis.place(Timestamp(*at))).collect();
            prop_assert!(places.iter().all(|place| (-1e-6..=1_000.0 + 1e-6).contains(place)));
            prop_assert!(places.windows(2).all(|pair| pair[0] <= pair[1] + 1e-6));
            let (ticks, _) = axis.ticks();
            prop_assert!(ticks.len() <= 24);
            prop_assert!(ticks.windows(2).all(|pair| pair[1].place - pair[0].place >= 62.0));
        }
    }
}
