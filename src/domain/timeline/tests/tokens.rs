//! Tokens: what lines tell, until a result tells more.

use serde_json::json;

use super::*;

fn output(told: &Told) -> u64 {
    told.timeline.usage.output
}

#[test]
fn a_result_lifts_the_placeholders_of_the_lines_to_what_all_models_took() {
    let mut told = Told::new();
    told.begin().says("m1", "a", 2).says("m2", "b", 4);
    assert_eq!((output(&told), told.timeline.usage_is_final), (6, false));
    told.sub(
        "t1",
        Kind::TextBlock,
        "text",
        json!({"content": "c", "message_id": "m3", "usage": {"output_tokens": 3}}),
    );
    assert_eq!(output(&told), 9);
    told.result(json!({"usage": {"input_tokens": 20, "output_tokens": 90},
        "modelUsage": {"opus": {"inputTokens": 25, "outputTokens": 200, "cacheReadInputTokens": 7}, "haiku": {"outputTokens": 55}}}));
    assert_eq!((output(&told), told.timeline.usage_is_final), (255, true));
    assert_eq!((told.timeline.usage.input, told.timeline.usage.cache_read), (25, 7));
    assert_eq!(
        told.agent("builder").usage.output,
        90,
        "its own share is that of its turn"
    );
    assert_eq!(told.agent("builder").tokens(), 25 + 255 + 7);
}

#[test]
fn turns_of_one_process_are_never_summed_with_what_is_cumulative() {
    let mut told = Told::new();
    told.begin().says("m1", "a", 1);
    told.result(
        json!({"usage": {"output_tokens": 100}, "model_usage": {"opus": {"outputTokens": 100}}, "cost_usd": 0.1}),
    );
    told.begin().says("m2", "b", 1);
    assert_eq!((output(&told), told.timeline.usage_is_final), (101, false));
    told.result(
        json!({"usage": {"output_tokens": 50}, "model_usage": {"opus": {"output_tokens": 170}}, "cost_usd": 0.15}),
    );
    assert_eq!((output(&told), told.timeline.cost_usd()), (170, Some(0.15)));
}

#[test]
fn without_models_each_result_tells_of_its_turn_and_nothing_falls() {
    let mut told = Told::new();
    told.begin()
        .says("m1", "a", 3)
        .result(json!({"usage": {"input_tokens": 4, "output_tokens": 40}}));
    assert_eq!(
        (told.timeline.usage.input, output(&told)),
        (10, 40),
        "the lines told of more input"
    );
    told.says("m2", "b", 3)
        .result(json!({"usage": {"input_tokens": 4, "output_tokens": 5}}));
    assert_eq!((told.timeline.usage.input, output(&told)), (20, 45));
    told.says("m3", "c", 9)
        .result(json!({"subtype": "error_during_execution", "is_error": true}));
    assert_eq!(
        (output(&told), told.timeline.usage_is_final),
        (54, false),
        "that result told nothing"
    );
}

#[test]
fn a_result_alone_tells_its_own_figures() {
    let mut told = Told::new();
    told.result(json!({"usage": {"input_tokens": 7, "output_tokens": 70, "cache_read_input_tokens": 700}}));
    assert_eq!((told.timeline.usage.total(), told.timeline.usage_is_final), (777, true));
}

#[test]
fn another_session_counts_beside_the_one_before_and_a_count_that_falls_began_anew() {
    let mut told = Told::new();
    told.begin()
        .result(json!({"modelUsage": {"opus": {"outputTokens": 100}}, "cost_usd": 1.0}));
    told.begin()
        .result(json!({"modelUsage": {"opus": {"outputTokens": 30}}, "cost_usd": 0.5}));
    assert_eq!((output(&told), told.timeline.cost_usd()), (130, Some(1.5)));
}

#[test]
fn a_running_total_of_a_thread_counts_once_though_its_end_tells_it() {
    let mut told = Told::new();
    told.begin();
    told.result(json!({"message_id": "thread", "usage": {"output_tokens": 100}}));
    told.result(json!({"message_id": "thread", "usage": {"output_tokens": 150}}));
    assert_eq!((output(&told), told.timeline.usage_is_final), (150, true));
}

#[test]
fn a_total_is_remembered_over_a_long_turn() {
    let mut told = Told::new();
    told.begin();
    told.result(json!({"message_id": "thread t", "usage": {"output_tokens": 100}}));
    for number in 0..100 {
        told.says(&format!("m{number}"), "x", 1);
    }
    told.result(json!({"message_id": "thread t", "usage": {"output_tokens": 150}}));
    assert_eq!(output(&told), 250);
}

#[test]
fn the_true_usage_of_a_message_that_came_in_parts_is_a_figure_and_no_entry() {
    let mut told = Told::new();
    told.begin().says("m1", "a", 1);
    let entries = told.timeline.recent.all().count();
    told.line(
        Kind::Other,
        "message_usage",
        json!({"message_id": "m1", "usage": {"input_tokens": 10, "output_tokens": 255}}),
    );
    assert_eq!((output(&told), told.timeline.usage_is_final), (255, false));
    assert_eq!(told.timeline.recent.all().count(), entries);
}

#[test]
fn a_sub_agent_has_the_share_that_was_told() {
    let mut told = Told::new();
    told.begin().call(
        "t1",
        "Agent",
        json!({"description": "Search", "subagent_type": "Explore"}),
    );
    told.system(
        "task_started",
        json!({"task_id": "a1", "tool_use_id": "t1", "description": "Search", "task_type": "local_agent"}),
    );
    told.system(
        "task_notification",
        json!({"task_id": "a1", "tool_use_id": "t1", "status": "completed", "summary": "Found.",
        "usage": {"total_tokens": 11_171, "tool_uses": 2, "duration_ms": 345}}),
    );
    let sub = told.agent("Search");
    assert_eq!((sub.tokens(), sub.calls(), sub.reported_ms), (11_171, 2, Some(345)));
    assert_eq!(sub.result.as_deref(), Some("Found."));
}
