//! What a server takes out of a spool by itself, and what it leaves alone.

use std::fs::File;
use std::os::unix::fs::symlink;

use serde_json::json;

use super::{ADW_ID, Place, holds_all, leave, numbers};

fn line(name: &str, number: u64) -> String {
    let item = json!({"type": "text_block", "data": {"adw_id": ADW_ID, "agent": name, "event_id": format!("{name}-{number}"),
        "payload": {"content": format!("{number} left")}}});
    format!("{item}\n")
}

#[tokio::test]
async fn a_server_takes_what_nobody_is_there_to_send_and_nothing_else() {
    let place = Place::new();
    let folder = place.folder();
    let orphan = leave(
        &folder,
        "0000000000002-11-aaaaaaaa.ndjson",
        &(line("orphan", 1) + &line("orphan", 2)),
    );
    let later = leave(&folder, "0000000000003-11-bbbbbbbb.ndjson", &line("orphan", 3));
    let live = leave(&folder, "0000000000001-12-cccccccc.ndjson", &line("live", 1));
    let held = File::open(&live).expect("opened");
    held.try_lock().expect("nobody has it");
    let elsewhere = leave(place.spool.path(), "elsewhere.ndjson", &line("link", 1));
    let link = folder.join("0000000000004-13-dddddddd.ndjson");
    symlink(&elsewhere, &link).expect("a link");
    let unfinished = leave(&folder, ".new-0000000000005-14-eeeeeeee.ndjson", &line("unfinished", 1));
    let other = leave(
        &place.spool.path().join("http_127.0.0.1_1"),
        "0000000000001-15-ffffffff.ndjson",
        &line("other", 1),
    );

    let server = place.server_that_takes().start();
    holds_all(&server, "orphan", 3).await;
    while orphan.exists() || later.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(live.exists() && elsewhere.exists() && link.is_symlink() && unfinished.exists() && other.exists());
    for name in ["live", "link", "unfinished", "other"] {
        assert!(numbers(&server, name).await.is_empty(), "{name}");
    }
    // Its publisher is gone.
    drop(held);
    holds_all(&server, "live", 1).await;
}

#[tokio::test]
async fn a_server_that_is_told_to_leave_spools_alone_does() {
    let place = Place::new();
    let orphan = leave(&place.folder(), "0000000000002-11-aaaaaaaa.ndjson", &line("orphan", 1));
    let server = place.server().start();
    let mut one = place.publisher("one");
    one.say(1);
    // The publisher takes it along, so it was still there.
    holds_all(&server, "orphan", 1).await;
    holds_all(&server, "one", 1).await;
    one.close();
    assert!(!orphan.exists());
}
