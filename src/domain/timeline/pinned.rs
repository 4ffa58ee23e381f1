//! What the fold gives, pinned: a change that means to keep it must give the same text after every event.

mod stream;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Timeline;
use crate::adw_id::AdwId;
use stream::stream;

/// A seed, a workflow, and the hash of its timelines' texts.
const PINNED: [(u64, &str, u64); 8] = [
    (1, "c0a43f47", 0xe839016ce676c19e),
    (2, "c0a43f47", 0xd65b2073222dddda),
    (3, "session_abc", 0x0b3417149108dd6d),
    (4, "c0a43f47", 0x95d39f4c0cddf0a4),
    (5, "c0a43f47", 0xb3e2cc2122693f2c),
    (6, "session_abc", 0xeb1b4e392ff01482),
    (7, "c0a43f47", 0x4ca0301686cf9a92),
    (8, "c0a43f47", 0xc29040e09210f069),
];

#[test]
fn the_same_events_give_the_same_text_of_every_timeline() {
    for (seed, adw_id, pinned) in PINNED {
        let adw_id: AdwId = adw_id.parse().expect("a safe id");
        let mut timeline = Timeline::new(adw_id.clone());
        let mut hash = 0;
        for event in stream(seed, adw_id.as_str(), 500) {
            assert!(timeline.apply(event.seq, &event));
            let text = serde_json::to_string(&timeline).expect("a timeline is JSON");
            hash = xxh3_64_with_seed(text.as_bytes(), hash);
        }
        assert_eq!(hash, pinned, "seed {seed} gives {hash:#018x}");
    }
}
