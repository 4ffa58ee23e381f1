//! The figures of the same work done several times: the middle one counts, and the range says how steady it is.

/// Often enough that one bad moment of the machine moves nothing.
pub const TIMES: usize = 5;

pub struct Runs(Vec<f64>);

impl Runs {
    pub fn of(mut figures: Vec<f64>) -> Self {
        assert!(!figures.is_empty(), "something was measured");
        figures.sort_unstable_by(f64::total_cmp);
        Self(figures)
    }

    /// `613,000 (598,000 to 641,000)`.
    pub fn whole(&self) -> String {
        let [low, middle, high] = self.three().map(|figure| crate::thousands(figure.round() as u64));
        format!("{middle} ({low} to {high})")
    }

    /// `0.21 µs (0.20 to 0.24)`, `393 MB/s (386 to 395)`: three digits or so.
    pub fn decimal(&self, unit: &str) -> String {
        let [low, middle, high] = self.three();
        let places = match middle {
            ..2.0 => 2,
            ..100.0 => 1,
            _ => 0,
        };
        format!("{middle:.places$} {unit} ({low:.places$} to {high:.places$})")
    }

    fn three(&self) -> [f64; 3] {
        [self.0[0], self.0[self.0.len() / 2], self.0[self.0.len() - 1]]
    }
}
