//! Kind, level and agent of a block of events in two bytes each, so that a filter passes by what it does not want.
//!
//! Most events of a block are alike in these: a block lists what there is, how often, and for each event which of it.

use domain::event::Kind;
use domain::level::Level;

/// Events of a block. Those after the last whole block are read one by one.
pub(in super::super) const BLOCK: u64 = 1_024;

/// What is told of an event without reading it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in super::super) struct Shape {
    pub(in super::super) kind: Kind,
    pub(in super::super) level: Level,
    pub(in super::super) agent: Option<String>,
}

/// A block as it was read.
pub(in super::super) struct Block {
    /// What there is, and how often.
    pub(in super::super) shapes: Vec<(Shape, u64)>,
    /// For each event, which of the shapes it has.
    places: Vec<u8>,
}

/// The block of a seq.
pub(in super::super) fn block_of(seq: u64) -> u64 {
    (seq.max(1) - 1) / BLOCK
}

/// The first seq of a block.
pub(in super::super) fn first_of(block: u64) -> u64 {
    block * BLOCK + 1
}

/// The shapes as JSON, and the places.
pub(super) fn encode(events: &[&Shape]) -> serde_json::Result<(String, Vec<u8>)> {
    let mut known: Vec<(&Shape, u64)> = Vec::new();
    let mut places = Vec::with_capacity(events.len() * 2);
    for shape in events {
        let at = known.iter().position(|(other, _)| other == shape).unwrap_or_else(|| {
            known.push((shape, 0));
            known.len() - 1
        });
        known[at].1 += 1;
        // There are never more shapes than events in a block.
        places.extend_from_slice(&(at as u16).to_le_bytes());
    }
    let shapes: Vec<(u8, u8, &Option<String>, u64)> = known
        .iter()
        .map(|(shape, count)| (shape.kind.number(), shape.level.number(), &shape.agent, *count))
        .collect();
    Ok((serde_json::to_string(&shapes)?, places))
}

impl Block {
    /// None if it is not what [`encode`] makes.
    pub(in super::super) fn decode(shapes: &str, places: Vec<u8>) -> Option<Self> {
        let read: Vec<(u8, u8, Option<String>, u64)> = serde_json::from_str(shapes).ok()?;
        let shapes = read.into_iter().map(|(kind, level, agent, count)| {
            let shape = Shape {
                kind: Kind::from_number(kind)?,
                level: Level::from_number(level)?,
                agent,
            };
            Some((shape, count))
        });
        Some(Self {
            shapes: shapes.collect::<Option<_>>()?,
            places: (places.len() as u64 == 2 * BLOCK).then_some(places)?,
        })
    }

    /// Which of the shapes the event at a place in the block has.
    pub(in super::super) fn shape_at(&self, at: usize) -> usize {
        usize::from(u16::from_le_bytes([self.places[2 * at], self.places[2 * at + 1]]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_tells_of_each_event_what_was_put_in() {
        let events: Vec<Shape> = (0..BLOCK as usize)
            .map(|n| Shape {
                kind: Kind::ALL[n % 10],
                level: Level::ALL[n / 7 % 5],
                agent: (n % 3 > 0).then(|| format!("agent \"{}\"", n / 5)),
            })
            .collect();
        let (shapes, places) = encode(&events.iter().collect::<Vec<_>>()).expect("it is written");
        let block = Block::decode(&shapes, places).expect("it is read");
        for (at, event) in events.iter().enumerate() {
            assert_eq!(&block.shapes[block.shape_at(at)].0, event);
        }
        assert_eq!(block.shapes.iter().map(|(_, count)| count).sum::<u64>(), BLOCK);
    }

    #[test]
    fn blocks_follow_each_other() {
        for (seq, block) in [(1, 0), (BLOCK, 0), (BLOCK + 1, 1), (10 * BLOCK, 9)] {
            assert_eq!(block_of(seq), block);
        }
        assert_eq!(block_of(first_of(7)), 7);
        assert_eq!(block_of(first_of(7) - 1), 6);
    }
}
