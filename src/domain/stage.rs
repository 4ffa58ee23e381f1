//! The stages of a workflow, and which of them an agent or a script belongs to.

/// The stages in the order of a run. `patch` and others are outside this order.
pub const STAGES: [&str; 6] = ["plan", "build", "test", "review", "document", "ship"];

/// The stage an agent's folder belongs to, by the names that ADW scripts use; none for helpers such as `ops`.
pub fn of_agent(agent: &str) -> Option<&'static str> {
    let name = agent.trim_end_matches(['.', '-', '_']).to_ascii_lowercase();
    let script = name
        .strip_prefix("adw_")
        .map(|rest| rest.strip_suffix("_iso").unwrap_or(rest));
    match script {
        Some("plan") => return Some("plan"),
        Some("build") => return Some("build"),
        Some("test") => return Some("test"),
        Some("review") => return Some("review"),
        Some("document") => return Some("document"),
        Some("ship") => return Some("ship"),
        Some("patch") => return Some("patch"),
        Some(_) | None => {}
    }
    match name.as_str() {
        "sdlc_planner" | "planner" | "plan" => Some("plan"),
        "sdlc_implementor" | "builder" | "build" => Some("build"),
        "test_runner" | "test" => Some("test"),
        "reviewer" | "review" => Some("review"),
        "documenter" | "document" => Some("document"),
        "shipper" | "ship" => Some("ship"),
        // Not one of the six stages, but the folders of one kind of workflow are named after its phases.
        "validate" => Some("validate"),
        name if name.starts_with("e2e_test_runner") || name.starts_with("test_resolver") => Some("test"),
        name if name.starts_with("review_") => Some("review"),
        name if name.starts_with("patch_") => Some("patch"),
        _ => None,
    }
}

/// A stage's name in its standard form: `Build`, `building` and `adw_build_iso` are all `build`.
pub fn normalise(name: &str) -> String {
    let lower = name.trim().trim_start_matches('/').to_ascii_lowercase();
    match lower.as_str() {
        "planning" => "plan".into(),
        "building" | "implement" | "implementation" | "implementing" => "build".into(),
        "testing" | "tests" => "test".into(),
        "reviewing" => "review".into(),
        "documentation" | "documenting" | "docs" => "document".into(),
        "shipping" | "deploy" => "ship".into(),
        other => of_agent(other).map_or_else(|| other.to_owned(), str::to_owned),
    }
}

/// The stage that a step announces: `Stage: Build`, as ADW scripts say it.
pub fn announced(step: &str) -> Option<&str> {
    step.strip_prefix("Stage: ")
}

/// The index of a stage among the six; none for others.
pub fn position(stage: &str) -> Option<usize> {
    STAGES.iter().position(|known| *known == stage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_of_all_generations_have_their_stage() {
        for (agent, stage) in [
            ("sdlc_planner", Some("plan")),
            ("planner", Some("plan")),
            ("adw_plan_iso", Some("plan")),
            ("builder", Some("build")),
            ("test_resolver_iter1_0", Some("test")),
            ("e2e_test_runner_0_0", Some("test")),
            ("review_patch_planner_1_1", Some("review")),
            ("documenter", Some("document")),
            ("adw_ship_iso", Some("ship")),
            ("patch_implementor", Some("patch")),
            ("planner.", Some("plan")),
            ("plan", Some("plan")),
            ("build-.", Some("build")),
            ("validate", Some("validate")),
            ("sdlc_planner_committer", None),
            ("ops", None),
            ("issue_classifier", None),
            ("adw_sdlc_iso", None),
        ] {
            assert_eq!(of_agent(agent), stage, "{agent}");
        }
        assert_eq!(normalise("Build"), "build");
        assert_eq!(normalise("adw_test_iso"), "test");
        assert_eq!(normalise("Security Scan"), "security scan");
    }
}
