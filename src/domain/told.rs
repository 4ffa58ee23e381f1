//! What a workflow is called and belongs to, under the names that generations of scripts have for it in their state documents.

use serde_json::Value;

use super::excerpt::excerpt;
use super::letters::capital;
use super::repository;
use super::timeline::Timeline;
use super::usage::Usage;

/// A scalar field of the state document, as a person would write it.
pub fn field(timeline: &Timeline, name: &str) -> Option<String> {
    match timeline.state.fields.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The issue's title, or otherwise a title made from a name.
pub fn title(timeline: &Timeline) -> String {
    let told = timeline
        .state
        .title
        .clone()
        .or_else(|| timeline.report.as_ref().and_then(|report| report.workflow_name.clone()));
    let of_branch = || {
        branch(timeline)
            .as_deref()
            .and_then(|branch| words_of_branch(branch, timeline.adw_id.as_str()))
    };
    let of_class = || {
        let class = field(timeline, "issue_class")?;
        Some(format!(
            "{} {}",
            class.trim_start_matches('/'),
            field(timeline, "issue_number")
                .map(|number| format!("#{number}"))
                .unwrap_or_default()
        ))
    };
    told.or_else(of_branch)
        .or_else(of_class)
        .map_or_else(|| timeline.adw_id.to_string(), |title| excerpt(title.trim(), 160))
}

/// Turns `feature-issue-6-adw-86b194ea-add-dark-mode` into `Add dark mode`.
fn words_of_branch(branch: &str, adw_id: &str) -> Option<String> {
    let tail = branch
        .split_once(adw_id)
        .map_or_else(|| branch.rsplit('/').next().unwrap_or(branch), |(_, tail)| tail);
    let words = tail.trim_matches(['-', '_', '/']).replace(['-', '_'], " ");
    (!words.is_empty()).then(|| capital(&words))
}

/// The repository: as the state document names it or an address in it, else as its folder is called.
pub fn repository(timeline: &Timeline) -> Option<String> {
    timeline.state.repository.clone().or_else(|| {
        let of_session = || timeline.agents.iter().find_map(|agent| agent.cwd.clone());
        let folder = first_field(timeline, &["worktree_path", "project_path", "repo_path"]).or_else(of_session)?;
        repository::of_folder(&folder)
    })
}

pub fn issue(timeline: &Timeline) -> Option<String> {
    first_field(timeline, &["issue_number", "issue"])
}

pub fn branch(timeline: &Timeline) -> Option<String> {
    first_field(timeline, &["branch_name", "branch", "git_branch"])
}

/// The cost in US dollars: what the sessions reported, else what the state document says; none where nobody told one.
pub fn cost_usd(timeline: &Timeline) -> Option<f64> {
    const COSTS: [&str; 7] = [
        "total_cost_usd",
        "cost_usd",
        "total_cost",
        "actual_cost_usd",
        "cost",
        "costs",
        "usage",
    ];
    const WITHIN: [&str; 5] = ["total_cost_usd", "cost_usd", "total_usd", "usd", "total"];
    let number = |value: &Value| value.as_f64().filter(|cost| cost.is_finite() && *cost >= 0.0);
    let told = |field: &&str| {
        let value = timeline.state.fields.get(*field)?;
        number(value).or_else(|| {
            WITHIN
                .iter()
                .filter(|name| *field != "usage" || name.contains("usd"))
                .find_map(|name| number(value.get(name)?))
        })
    };
    timeline.cost_usd().or_else(|| COSTS.iter().find_map(told))
}

/// The tokens of all sessions, else those that the state document tells.
pub fn tokens(timeline: &Timeline) -> u64 {
    let counted = timeline.usage.total();
    if counted > 0 {
        return counted;
    }
    let fields = &timeline.state.fields;
    let total = ["total_tokens", "tokens"]
        .iter()
        .find_map(|field| fields.get(*field)?.as_u64());
    let usage = || {
        let usage = fields.get("usage").or_else(|| fields.get("token_usage"))?;
        let total = usage.get("total_tokens").and_then(Value::as_u64);
        total.or_else(|| Usage::from_value(usage).map(Usage::total))
    };
    total.or_else(usage).unwrap_or(0)
}

fn first_field(timeline: &Timeline, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| field(timeline, name))
}
