//! Parts of the page whose code a browser downloads when they are first shown.
//!
//! The wasm is cut at the functions that `chunk!` names: what nothing else leads to lies in `split_<name>.wasm`. A
//! server has all of it at once. In a browser a skeleton stands in the part's place until the code is here; if it
//! cannot be had, since the network or the server's build is another one by now, the page says so.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::tachys::renderer::types::Element;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;

use crate::control;
use crate::dynamic::dynamic;
use crate::html::Html;

/// Draws a part, from the contexts of the place where it stands.
pub type Draw = fn() -> AnyView;

/// A download; none where it failed. Another one can be begun then.
pub type Download = Pin<Box<dyn Future<Output = Option<Draw>>>>;

/// A part with code of its own. Made by `chunk!`, shown by [`place`].
pub struct Chunk {
    pub name: &'static str,
    /// The part, as the begin of a sentence.
    pub title: &'static str,
    pub load: fn() -> Download,
    /// What stands there until the code is here.
    pub skeleton: fn() -> AnyView,
    /// What stands around the words that it could not be loaded.
    pub failure: fn(AnyView) -> AnyView,
}

/// Declares a part of the page as a chunk: `NAME = name(what draws it), "Its title", skeleton, failure`.
macro_rules! chunk {
    ($(#[$doc:meta])* $chunk:ident = $name:ident($draw:path), $title:literal, $skeleton:path, $failure:path) => {
        $(#[$doc])*
        pub static $chunk: $crate::chunk::Chunk = $crate::chunk::Chunk {
            name: stringify!($name),
            title: $title,
            load: || Box::pin(async { $name().await.ok() }),
            skeleton: $skeleton,
            failure: $failure,
        };

        #[::leptos::wasm_split::wasm_split($name, wasm_split_path = ::leptos::wasm_split, fallible)]
        fn $name() -> Result<$crate::chunk::Draw, ::leptos::wasm_split::SplitLoaderError> {
            Ok($draw)
        }
    };
}
pub(crate) use chunk;

#[derive(Clone, Copy)]
enum Code {
    Coming,
    Here(Draw),
    Failed,
}

impl Code {
    fn of(download: Option<Draw>) -> Self {
        download.map_or(Self::Failed, Self::Here)
    }
}

/// The place of a part.
pub fn place(chunk: &'static Chunk) -> AnyView {
    let code = RwSignal::new(Code::Coming);
    fetch(chunk, code);
    let again = move || {
        code.set(Code::Coming);
        fetch(chunk, code);
    };
    dynamic(move || match code.get() {
        Code::Coming => (chunk.skeleton)(),
        Code::Here(draw) => draw(),
        Code::Failed => (chunk.failure)(failed(chunk.title, again)),
    })
    .into_any()
}

/// Gets the code: at once where it is here, as it is on a server and in a page that is being taken over.
fn fetch(chunk: &'static Chunk, code: RwSignal<Code>) {
    let mut download = (chunk.load)();
    match download.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(found) => code.set(Code::of(found)),
        Poll::Pending => spawn_local(async move {
            let found = download.await;
            // The person may have gone elsewhere meanwhile.
            code.try_set(Code::of(found));
        }),
    }
}

fn failed(title: &'static str, again: impl Fn() + 'static) -> AnyView {
    let mut html = Html::default();
    html.raw("<h2 class=\"flex items-center gap-2 text-md font-semibold\"><span class=\"text-bad\">")
        .icon("#fail", 12)
        .raw("</span><span>")
        .raw(title)
        .raw(" could not be loaded</span></h2><p class=\"text-fg2 mt-1 max-w-prose\">You may be offline, or adwatch was updated after ");
    html.raw("this page was opened. Try again, or reload the page to get the current version.</p>")
        .raw("<div class=\"flex flex-wrap gap-2 mt-4\"><button type=\"button\" autofocus class=\"")
        .raw(control::BUTTON)
        .raw("\">")
        .icon("#retry", 16)
        .raw("Try again</button><a class=\"")
        .raw(control::BUTTON)
        .raw("\" href=\"\" rel=\"external\">Reload the page</a></div>");
    let press = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.closest("button").is_ok_and(|button| button.is_some())) {
            again();
        }
    };
    view! { <div role="alert" class="px-5 py-6 max-md:px-4" on:click=press inner_html=html.done()></div> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_here_is_drawn_at_once_and_what_failed_says_so() {
        fn part() -> AnyView {
            view! { <p>"the part"</p> }.into_any()
        }
        fn skeleton() -> AnyView {
            view! { <p>"the skeleton"</p> }.into_any()
        }
        let shown = |load: fn() -> Download| {
            let chunk = Chunk {
                name: "part",
                title: "The part",
                load,
                skeleton,
                failure: |words| view! { <main>{words}</main> }.into_any(),
            };
            Owner::new().with(|| place(Box::leak(Box::new(chunk))).to_html())
        };
        assert!(shown(|| Box::pin(async { Some(part as Draw) })).contains("the part"));
        let failed = shown(|| Box::pin(async { None }));
        assert!(failed.starts_with("<main>") && failed.contains("The part"), "{failed}");
        assert!(
            failed.contains("Try again") && failed.contains("Reload the page"),
            "{failed}"
        );
    }
}
