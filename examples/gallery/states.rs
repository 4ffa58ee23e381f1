//! The states of the connection, one below the other.

use domain::timestamp::Timestamp;
use leptos::context::{Provider, provide_context};
use leptos::prelude::*;
use ui::address::Address;
use ui::banner::Banners;
use ui::connection::{Connection, ended};
use ui::icon::Sprite;
use ui::store::{Link, LinkState, Recovered, Store};

use crate::NOW;

pub fn page() -> String {
    let owner = Owner::new();
    owner.with(|| {
        let base = Store::new(super::seed(None, None), Address::default());
        provide_context(base);
        let recovered = Some(Recovered {
            events: 214,
            from: 18_702,
            to: 18_916,
        });
        let states = [
            (LinkState::Static, None),
            (LinkState::Connecting, None),
            (LinkState::Live, None),
            (LinkState::Live, recovered),
            (LinkState::CatchingUp, None),
            (LinkState::Reconnecting, None),
            (LinkState::Polling, None),
        ];
        let rows = states
            .into_iter()
            .map(|(state, recovered)| {
                let store = Store::new(super::seed(None, None), Address::default());
                store.link.set(Link {
                    state,
                    last_frame_at: Some(Timestamp(NOW.0 - 6_200)),
                    lost_at: Some(Timestamp(NOW.0 - 6_000)),
                    retry_at: Some(Timestamp(NOW.0 + 2_400)),
                    behind: 8_310,
                    poll_seconds: 3,
                    recovered,
                });
                view! {
                    <Provider value=store>
                        <Banners />
                        <div class="px-4 py-3"><Connection /></div>
                    </Provider>
                }
            })
            .collect_view();
        let body = view! {
            <main>
                <h1 class="sr-only">"States"</h1>
                {rows}
                <div class="px-4 py-3">{ended()}</div>
            </main>
            <Sprite />
        };
        format!(
            "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>States</title>\
             <meta name=viewport content=\"width=device-width\"><link rel=stylesheet href=./pkg/adwatch.css></head><body>{}</body></html>",
            body.to_html()
        )
    })
}
