//! The pages as a browser without script sees them.

use serde_json::{Value, json};

use crate::harness::{Answer, server};

fn thought(adw_id: &str, content: &str) -> Value {
    json!({"type": "agent_thinking", "data": {"adw_id": adw_id, "agent": "planner", "event_type": "thinking",
        "payload": {"content": content}}})
}

fn text_of(adw_id: &str, content: &str) -> Value {
    json!({"type": "text_block", "data": {"adw_id": adw_id, "agent": "planner", "event_type": "text_block",
        "payload": {"content": content}}})
}

/// The nonce of the policy, which every inline script of the page must bear.
fn nonce(page: &Answer) -> String {
    let policy = page.header("content-security-policy").expect("a policy");
    let (_, rest) = policy.split_once("'nonce-").unwrap_or_else(|| panic!("{policy}"));
    rest.split('\'').next().expect("a nonce").to_owned()
}

#[tokio::test]
async fn the_board_and_a_workflow_are_in_the_html() {
    let server = server().start();
    server
        .push(&[
            thought("c0a43f47", "Where to put the button?"),
            text_of("c0a43f47", "Under the title."),
        ])
        .await;
    let board = server.get("/").await;
    assert_eq!(board.status, 200);
    assert!(board.text().contains("href=\"/w/c0a43f47\""), "{}", board.text());
    let viewer = server.get("/w/c0a43f47").await;
    assert_eq!(viewer.status, 200);
    assert!(viewer.text().contains("Where to put the button?"));
    for page in [board, viewer] {
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_a_page_with_status_404() {
    let server = server().start();
    for path in ["/nothing", "/w", "/w/a/b", "/w/..%2Fetc", "/w/%FF", "/theme/pink"] {
        let page = server.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.text().contains("Page not found"), "{path}: {}", page.text());
    }
    assert_eq!(server.post("/nothing", "{}").await.json()["error"]["code"], "not_found");
}

#[tokio::test]
async fn a_workflow_that_is_not_there_yet_is_a_page_that_waits_for_it() {
    let server = server().start();
    let page = server.get("/w/not-yet").await;
    assert_eq!(page.status, 404);
    assert!(page.text().contains("not-yet"));
    assert!(!page.text().contains("Page not found"));
    server.push(&[thought("not-yet", "Here I am")]).await;
    let page = server.get("/w/not-yet").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Here I am"));
}

#[tokio::test]
async fn what_agents_write_stays_text() {
    let server = server().start();
    let evil = "</title></script><script>alert(1)</script><img src=x onerror=alert(2)> <!-- ' \" & \u{2028} ${x}";
    let agent = json!({"type": "text_block", "data": {"adw_id": "evil", "agent": "<b>agent</b>", "event_type": "text_block",
        "payload": {"content": evil}}});
    let tool = json!({"type": "tool_execution", "data": {"adw_id": "evil", "event_type": "tool_execution_pre",
        "payload": {"tool_use_id": "t", "tool_name": "<script>", "input": {"command": evil}}}});
    let state = json!({"type": "agent_state_update", "data": {"adw_id": "evil", "event_type": "state_change",
        "payload": {"state": {"adw_id": "evil", "branch_name": evil, "issue_json": {"title": evil, "number": 1}}}}});
    server.push(&[agent, tool, state, thought("evil", evil)]).await;
    for path in [
        "/",
        "/w/evil",
        "/?q=%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
    ] {
        let page = server.get(path).await;
        let (text, nonce) = (page.text(), nonce(&page));
        assert!(!text.contains("<script>"), "{path}: a script without the nonce");
        assert!(!text.contains("<img src=x"), "{path}");
        assert_eq!(text.matches("</title>").count(), 1, "{path}");
        assert!(!text.contains("<b>agent"), "{path}");
        // Every script that there is bears the nonce of this answer.
        for (at, _) in text.match_indices("<script") {
            let tag = &text[at..at + text[at..].find('>').expect("an end")];
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{path}: {tag}");
        }
    }
    let first = nonce(&server.get("/").await);
    assert_ne!(first, nonce(&server.get("/").await), "a nonce is used once");
}

#[tokio::test]
async fn the_theme_is_a_cookie_that_a_link_sets() {
    let server = server().start();
    let chosen = server.get("/theme/dark?back=%2Fw%2Fa1%3Ftab%3Dlogs").await;
    assert_eq!(
        (chosen.status, chosen.header("location")),
        (303, Some("/w/a1?tab=logs"))
    );
    let cookie = chosen.header("set-cookie").expect("a cookie");
    assert!(
        cookie.starts_with("theme=dark; Path=/") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    let page = server.get_with("/", &[("cookie", "theme=dark")]).await.text();
    assert!(page.contains("data-theme=\"dark\""));
    assert!(!server.get("/").await.text().contains("data-theme=\"dark\""));
    let away = server.get("/theme/light?back=//evil.example").await;
    assert_eq!(away.header("location"), Some("/"));
    let forgotten = server.get("/theme/system").await;
    assert!(
        forgotten
            .header("set-cookie")
            .is_some_and(|cookie| cookie.contains("Max-Age=0"))
    );
}
