//! Invented workflows: events folded into timelines, as the hub would.

use domain::event::{Kind, TimeSource};
use domain::timeline::Timeline;
use serde_json::{Value, json};

use crate::NOW;
use crate::play::{Play, begin};

/// The busy one, with everything that the viewer can show.
pub fn webhook() -> Timeline {
    let mut play = begin(
        "c0a43f47",
        31,
        "Webhook retries duplicate delivery events",
        482,
        "tracking-api",
    );
    play.state(&[
        ("model_set", Value::Null, json!("heavy")),
        ("backend_port", Value::Null, json!(9108)),
        ("frontend_port", Value::Null, json!(9208)),
        ("websocket_port", Value::Null, Value::Null),
        (
            "plan_file",
            Value::Null,
            json!("specs/issue-482-adw-c0a43f47-sdlc_planner-webhook-dedupe.md"),
        ),
        ("all_adws", Value::Null, json!(["adw_plan_iso", "adw_build_iso"])),
    ]);
    play.session("issue_classifier", "claude-haiku-4")
        .wait(4)
        .text("/bug")
        .wait(5)
        .end(0.01, 1, false, "/bug");
    play.session("sdlc_planner", "claude-opus-4");
    play.stage("started", "plan").work(14, 0);
    let task = play.open(
        "Task",
        json!({"description": "explore: delivery path", "prompt": "Find it"}),
    );
    play.parent = Some(Box::leak(task.clone().into_boxed_str()));
    play.work(6, 0);
    play.parent = None;
    play.event(
        Kind::ToolExecution,
        "tool_execution_post",
        json!({"tool_use_id": task, "tool_name": "Task", "output": "Found", "task": {"totalDurationMs": 64_000}}),
    );
    play.wait(20)
        .end(1.12, 52, false, "The plan is written.")
        .stage("completed", "plan");
    play.stage("started", "build")
        .session("sdlc_implementor", "claude-opus-4")
        .work(24, 11);
    play.edit("Write", "migrations/0042_delivery_unique.sql", "", 18, 0)
        .wait(30);
    play.end(1.94, 72, false, "Built.").stage("completed", "build");
    play.wait(11 * 60);
    play.state(&[
        ("current_phase", json!("build"), json!("test")),
        ("completed_phases", json!(["plan"]), json!(["plan", "build"])),
    ]);
    play.stage("started", "test")
        .session("test_runner", "claude-sonnet-4")
        .work(8, 4)
        .end(0.29, 8, true, "2 of 214 tests failed");
    play.session("test_resolver_iter1_0", "claude-opus-4");
    play.at = NOW.0 - 280_000;
    let todo = |done: usize| {
        let items = [
            "Read the failing retry tests",
            "Reproduce: 2 rows for one delivery id",
            "Find where a retry loses its key",
            "Carry the key through the outbox row",
            "Unique index on (endpoint_id, event_id)",
            "Run the webhook suite until green",
            "Check migration on duplicate rows",
            "Note the fix in the changelog",
        ];
        let items: Vec<Value> = items
            .iter()
            .enumerate()
            .map(|(at, text)| {
                let status = match at.cmp(&done) {
                    std::cmp::Ordering::Less => "completed",
                    std::cmp::Ordering::Equal => "in_progress",
                    std::cmp::Ordering::Greater => "pending",
                };
                json!({"content": text, "status": status})
            })
            .collect();
        json!({"todos": items})
    };
    play.tool("TodoWrite", todo(2), 9, "ok", false).wait(8);
    play.think("").wait(3);
    play.tool(
        "Bash",
        json!({"command": "git commit -m \"fix: claim a delivery before posting it\""}),
        210,
        "[main 1f3] fix\n 2 files changed",
        false,
    )
    .wait(9);
    play.log(
        "INFO",
        "Starting test resolver, iteration 1\nworktree trees/c0a43f47\nports 9108 9208",
    )
    .wait(6);
    play.log("WARNING", "api_retry 529 overloaded, waiting 4 s").wait(30);
    play.log(
        "ERROR",
        "Traceback (most recent call last):\n  File \"adw_test.py\", line 214, in resolve\nRuntimeError: no tests left",
    )
    .wait(2);
    play.think("Two causes are possible. The retry could build its own identifier, or the claim could come too late. The test only fails when the first attempt times out after the receiver has committed, which speaks for the identifier.").wait(6);
    play.text("The failure is **real**, not a flaky clock. Two causes, both in `retry.ts`:\n\n- the attempt makes its own id, so each retry looks new to the receiver\n- `claim()` runs after the request, so two workers can both send").wait(8);
    play.tool(
        "Bash",
        json!({"command": "pnpm vitest run test/webhooks/retry.test.ts"}),
        9_400,
        "× retry › one delivery per event   expected 1, received 2\n✓ retry › backs off 1, 4, 16 s     38 ms",
        true,
    )
    .wait(6);
    play.think("The second row appears only when the first attempt times out after the receiver has committed. The retry builds a new UUID, so the receiver cannot know it as the same delivery. The key has to be born with the outbox row, not with the attempt.").wait(6);
    play.edit(
        "Edit",
        "src/webhooks/delivery/retry.ts",
        "@@ -80,5 +80,6 @@\n for (const row of due) {\n-  const id = randomUUID()\n-  await post(row.endpoint, row.body)\n+  const id = row.idempotencyKey ?? deriveKey(row)\n+  await post(row.endpoint, row.body, { 'Idempotency-Key': id })\n+  const seen = await sent.claim(row.endpoint, id)\n+  if (!seen.fresh) continue // already got through\n }\n",
        4, 2,
    ).wait(2);
    play.event(
        Kind::Other,
        "rate_limit_event",
        json!({"message": "5 hours: 42 % used"}),
    );
    play.event(Kind::Other, "source_oddity", json!({"file": "test_resolver_iter1_0/raw_output.jsonl", "line": 214, "reason": "not JSON", "excerpt": "{\"type\":\"assist"}));
    play.tool("TodoWrite", todo(5), 9, "ok", false);
    for seconds in [61, 72, 80] {
        play.tool(
            "Bash",
            json!({"command": "pnpm vitest run"}),
            100 * seconds,
            "ok",
            false,
        );
    }
    play.at = NOW.0 - 108_000;
    play.open("Bash", json!({"command": "pnpm vitest run test/webhooks"}));
    play.at = NOW.0 - 98_000;
    let task = play.open("Task", json!({"description": "explore: fake timers"}));
    play.parent = Some(Box::leak(task.into_boxed_str()));
    play.wait(8).work(4, 0);
    play.at = NOW.0 - 2_200;
    play.tool(
        "Grep",
        json!({"pattern": "useFakeTimers|clock.advance"}),
        118,
        "3 matches",
        false,
    );
    play.tool(
        "Read",
        json!({"file_path": "test/helpers/fake-clock.ts"}),
        41,
        "export const clock = …",
        false,
    );
    play.done()
}

/// Found after the fact: no time is known.
pub fn backlog() -> Timeline {
    let mut play = begin("--skip-e2e", 140, "Dark mode for e-mail templates", 1176, "atlas-web");
    play.timeline = Timeline::new("--skip-e2e".parse().expect("an id that real trees have"));
    play.source = TimeSource::Unknown;
    play.state(&[
        ("issue_number", Value::Null, json!("1176")),
        (
            "branch_name",
            Value::Null,
            json!("feature-issue-1176-adw---skip-e2e-dark-mode-for-e-mail-templates"),
        ),
    ]);
    play.session("sdlc_planner", "claude-opus-4")
        .work(8, 0)
        .end(1.12, 32, false, "Planned.");
    play.session("sdlc_implementor", "claude-opus-4")
        .work(9, 5)
        .end(1.75, 41, false, "11 files +340 −97");
    play.done()
}

/// One event, pushed by curl.
pub fn hello() -> Timeline {
    let mut play = Play::new("hello", 0);
    play.at = NOW.0 - 900;
    play.text("Hello").done()
}

/// The board of a busy afternoon.
pub fn all() -> Vec<Timeline> {
    let mut all = Vec::new();
    let mut play = begin("7be21d90", 2, "Add CSV export to the audit log", 1204, "atlas-web");
    play.session("sdlc_planner", "claude-opus-4").work(6, 0);
    play.at = NOW.0 - 1_000;
    play.tool("Grep", json!({"pattern": "export.*route"}), 60, "7 matches", false);
    all.push(play.done());

    let mut play = begin("41f7aa03", 27, "Backfill currency on old invoices", 309, "ledgerd");
    play.session("sdlc_planner", "claude-opus-4")
        .work(7, 0)
        .end(0.8, 14, false, "Planned");
    play.session("sdlc_implementor", "claude-opus-4").work(20, 9);
    all.push(play.done());

    let mut play = begin("b5530e1c", 13, "Move thumbnails to the image worker", 1198, "atlas-web");
    play.session("sdlc_planner", "claude-opus-4")
        .work(9, 0)
        .end(0.4, 14, false, "Planned");
    play.session("sdlc_implementor", "claude-opus-4").work(9, 0);
    play.at = NOW.0 - 252_000;
    play.open("Bash", json!({"command": "pnpm build"}));
    all.push(play.done());

    let mut play = begin("88be02d1", 28, "Cache carrier rates per lane", 466, "tracking-api");
    play.session("sdlc_planner", "claude-opus-4")
        .work(6, 0)
        .end(0.8, 14, false, "Planned");
    play.session("sdlc_implementor", "claude-opus-4")
        .work(12, 0)
        .end(0.8, 14, false, "Built");
    play.stage("started", "test")
        .session("test_runner", "claude-sonnet-4")
        .work(14, 3);
    play.end(0.9, 20, true, "3 of 214 tests failed").stage("failed", "test");
    play.event(
        Kind::StatusUpdate,
        "failed",
        json!({"message": "3 of 214 tests failed"}),
    );
    all.push(play.done());

    all.push(webhook());

    let mut play = begin("5c19e7d4", 14, "Keyboard focus lost in filter menu", 1211, "atlas-web");
    play.session("sdlc_planner", "claude-opus-4")
        .work(5, 0)
        .end(0.4, 9, false, "ok");
    play.session("sdlc_implementor", "claude-opus-4")
        .work(6, 0)
        .end(0.4, 9, false, "ok");
    play.session("e2e_test_runner_0_0", "claude-sonnet-4").work(7, 0);
    play.at = NOW.0 - 1_400;
    play.tool(
        "mcp__playwright__browser_click",
        json!({"element": "#filters"}),
        300,
        "ok",
        false,
    );
    all.push(play.done());

    let mut play = begin(
        "e27704ab",
        22,
        "Show ETA window on public tracking page",
        1189,
        "atlas-web",
    );
    for agent in ["sdlc_planner", "sdlc_implementor", "test_runner"] {
        play.session(agent, "claude-opus-4")
            .work(10, 0)
            .end(0.7, 12, false, "ok");
    }
    play.session("reviewer", "claude-sonnet-4").work(8, 0);
    play.at = NOW.0 - 3_000;
    play.text("Screenshot 3 of 5");
    all.push(play.done());

    let mut play = begin(
        "a6f0913e",
        35,
        "Drop the legacy /v1/labels endpoint",
        455,
        "tracking-api",
    );
    for agent in [
        "sdlc_planner",
        "sdlc_implementor",
        "test_runner",
        "reviewer",
        "documenter",
    ] {
        play.session(agent, "claude-opus-4")
            .work(9, 0)
            .end(0.7, 12, false, "ok");
    }
    play.session("shipper", "claude-sonnet-4");
    play.at = NOW.0 - 62_000;
    play.open("Bash", json!({"command": "gh pr checks"}));
    all.push(play.done());

    for (id, minutes, title, result) in [
        (
            "6a0d77f9",
            33,
            "Fix off-by-one in manifest pages",
            "#1093  4 files  +61 −18",
        ),
        (
            "2c4b8e55",
            44,
            "Dark mode for e-mail templates",
            "#2210  11 files  +340 −97",
        ),
    ] {
        let mut play = begin(id, minutes, title, 480, "tracking-api");
        for agent in [
            "sdlc_planner",
            "sdlc_implementor",
            "test_runner",
            "reviewer",
            "documenter",
            "shipper",
        ] {
            play.session(agent, "claude-opus-4")
                .work(6, 0)
                .end(0.3, 12, false, "ok");
        }
        play.event(Kind::StatusUpdate, "completed", json!({"message": result}));
        all.push(play.done());
    }
    all.push(backlog());
    all
}

/// Very many, to see what a page of them costs.
pub fn crowd(count: usize) -> Vec<Timeline> {
    let models = all();
    (0..count)
        .map(|at| {
            let mut timeline = models[at % models.len()].clone();
            timeline.adw_id = format!("{at:08x}").parse().expect("hex digits are an id");
            timeline
        })
        .collect()
}
