//! The page's wasm: the browser's side of adwatch, and what it exports to the page's script.

pub use adwatch::browser::hydrate;
