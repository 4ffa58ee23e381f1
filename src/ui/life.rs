//! The life of a component: what it asked to be done later is not done once it is gone.
//!
//! Frames, timeouts and answers come when they come. By then the signals of whoever asked may be disposed of, and a
//! page that reads such a signal is at its end. So nothing in `ui` asks the browser for one of them but here.

use std::time::Duration;

use leptos::prelude::*;

/// As long as the component in which it was made. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Life(StoredValue<()>);

impl Life {
    /// The life of the component at hand.
    pub fn begin() -> Self {
        Self(StoredValue::new(()))
    }

    pub fn is_over(self) -> bool {
        self.0.is_disposed()
    }

    /// What is to be called with an answer, or not at all.
    pub fn guard<T>(self, run: impl FnOnce(T) + 'static) -> impl FnOnce(T) + 'static {
        move |answer| {
            if !self.is_over() {
                run(answer);
            }
        }
    }

    /// Runs it in the next frame.
    pub fn next_frame(self, run: impl FnOnce() + 'static) {
        self.frame(Box::new(run));
    }

    /// Runs it in a task of its own, after so long.
    pub fn after(self, wait: Duration, run: impl FnOnce() + 'static) {
        self.timeout(wait, Box::new(run));
    }

    // Compiled once for all closures.

    #[allow(clippy::disallowed_methods, reason = "the one place")]
    fn frame(self, run: Box<dyn FnOnce()>) {
        let run = self.guard(|()| run());
        request_animation_frame(move || run(()));
    }

    #[allow(clippy::disallowed_methods, reason = "the one place")]
    fn timeout(self, wait: Duration, run: Box<dyn FnOnce()>) {
        let run = self.guard(|()| run());
        set_timeout(move || run(()), wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_the_component_is_gone_is_not_done() {
        let owner = Owner::new();
        let (life, heard) = owner.with(|| (Life::begin(), RwSignal::new(0)));
        let told = ArcStoredValue::new(0);
        let say = || {
            let told = told.clone();
            life.guard(move |answer: i32| {
                heard.set(answer);
                told.set_value(heard.get_untracked());
            })
        };
        let (early, late) = (say(), say());
        early(1);
        assert!(!life.is_over());
        owner.cleanup();
        late(2);
        assert!(life.is_over());
        assert_eq!(told.get_value(), 1);
    }
}
