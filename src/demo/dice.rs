//! Reproducible randomness: the same seed gives the same numbers and ids.

/// A SplitMix64 generator (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Each workflow has its own dice, so that one more throw in one does not change the others.
    pub fn new(seed: u64, workflow: u64) -> Self {
        let mut dice = Self(seed ^ workflow.wrapping_mul(0xd134_2543_de82_ef95));
        dice.throw();
        dice
    }

    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.throw() % (high.saturating_sub(low) + 1)
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let at = self.between(0, list.len().max(1) as u64 - 1);
        list.get(at as usize)
    }

    /// The list in another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.between(0, at as u64) as usize);
        }
    }

    pub fn hex(&mut self, digits: usize) -> String {
        self.word(b"0123456789abcdef", digits)
    }

    /// In the form of the ids of tool calls and messages.
    pub fn id(&mut self, prefix: &str) -> String {
        const LETTERS: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        format!("{prefix}_01{}", self.word(LETTERS, 22))
    }

    pub fn uuid(&mut self) -> String {
        let parts = [8, 4, 4, 4, 12].map(|digits| self.hex(digits));
        parts.join("-")
    }

    fn word(&mut self, letters: &[u8], length: usize) -> String {
        let letters = (0..length).filter_map(|_| self.pick(letters).copied());
        letters.map(char::from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same() {
        let ids = |seed, workflow| {
            let mut dice = Dice::new(seed, workflow);
            (dice.hex(8), dice.id("toolu"), dice.uuid(), dice.between(3, 9))
        };
        assert_eq!(ids(7, 1), ids(7, 1));
        assert_ne!(ids(7, 1), ids(7, 2));
        assert_ne!(ids(7, 1), ids(8, 1));
        let (hex, id, uuid, number) = ids(7, 1);
        assert_eq!((hex.len(), id.len(), uuid.len()), (8, 30, 36));
        assert!((3..=9).contains(&number));
    }
}
