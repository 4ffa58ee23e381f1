//! Values derived from signals, each kept until it changes: the memo of Leptos, compiled once for values of all types.
//!
//! The page has some fifty such values. As a `Memo<T>`, each type would add a kilobyte to the browser's download.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude::*;

/// A value whose type is known only to the `Derived` that holds it.
type Shared = Arc<dyn Any + Send + Sync>;
/// Computes a new value, or none if the current one stays.
type Derive = dyn Fn(Option<&Shared>) -> Option<Shared> + Send + Sync;

/// A derived value. Reading it inside an effect or a view subscribes to its changes; a change to an equal value is none.
pub struct Derived<T> {
    memo: Memo<Shared>,
    value: PhantomData<fn() -> T>,
}

impl<T> Copy for Derived<T> {}

impl<T> Clone for Derived<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Derived<T> {
    /// Derives a value; `derive` gets the previous one.
    pub fn new(derive: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self
    where
        T: PartialEq,
    {
        Self::new_with_compare(derive, T::ne)
    }

    /// For values whose changes cannot be detected by comparing them.
    pub fn new_with_compare(
        derive: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
        differs: fn(&T, &T) -> bool,
    ) -> Self {
        let derive = move |known: Option<&Shared>| -> Option<Shared> {
            let before = known.and_then(|known| known.downcast_ref::<T>());
            let now = derive(before);
            let is_same = before.is_some_and(|before| !differs(before, &now));
            (!is_same).then(|| Arc::new(now) as Shared)
        };
        Self {
            memo: memo(Box::new(derive)),
            value: PhantomData,
        }
    }

    /// Reads it in place.
    pub fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(typed(&*self.memo.get()))
    }

    /// A copy of it.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        typed::<T>(&*self.memo.get()).clone()
    }

    /// A copy of it, without a subscription.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        typed::<T>(&*self.memo.get_untracked()).clone()
    }

    /// Subscribes without reading.
    pub fn track(self) {
        self.memo.track();
    }
}

/// The only memo there is, with its closure in a box.
fn memo(derive: Box<Derive>) -> Memo<Shared> {
    Memo::new_owning(move |known: Option<Shared>| match (derive(known.as_ref()), known) {
        (Some(new), _) => (new, true),
        (None, Some(known)) => (known, false),
        // A closure that gets no value returns one.
        (None, None) => unreachable!("a derived value has a first one"),
    })
}

fn typed<T: 'static>(shared: &dyn Any) -> &T {
    // Only a `Derived<T>` puts values into its memo.
    shared.downcast_ref().expect("a derived value keeps its type")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_to_an_equal_value_is_none() {
        let owner = Owner::new();
        owner.set();
        let number = RwSignal::new(4);
        let half = Derived::new(move |_| number.get() / 2);
        let seen = StoredValue::new(0);
        let shown = Derived::new(move |_| {
            seen.update_value(|seen| *seen += 1);
            half.get().to_string()
        });
        assert_eq!(shown.get(), "2");
        number.set(5);
        assert_eq!(shown.get(), "2");
        assert_eq!(seen.get_value(), 1);
        number.set(6);
        assert_eq!(shown.with(String::len), 1);
        assert_eq!(shown.get_untracked(), "3");
        assert_eq!(seen.get_value(), 2);
    }

    #[test]
    fn the_value_before_is_at_hand() {
        let owner = Owner::new();
        owner.set();
        let number = RwSignal::new(1);
        let sum = Derived::new(move |before: Option<&i32>| before.copied().unwrap_or(0) + number.get());
        assert_eq!(sum.get(), 1);
        number.set(5);
        assert_eq!(sum.get(), 6);
    }
}
