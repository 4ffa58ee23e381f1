//! A path that an older tool names, as the path within its workflow's folder.

use domain::adw_id::AdwId;

/// The part after `agents/<adw_id>/`, or a relative path as it is; none for what lies elsewhere or goes up.
///
/// It only says where to look: who opens it does so beneath the folder, without following links.
pub fn within_workflow(path: &str, adw_id: &AdwId) -> Option<String> {
    let path = path.trim().replace('\\', "/");
    let parts: Vec<&str> = path.split('/').filter(|part| *part != ".").collect();
    let of_folder = |pair: &[&str]| pair[0] == "agents" && pair[1] == adw_id.as_str();
    let begin = parts.windows(2).rposition(of_folder).map(|at| at + 2);
    let is_elsewhere = path.starts_with('/') || parts[0].ends_with(':') || parts[0] == "agents";
    let within = match begin {
        Some(begin) => &parts[begin..],
        None if is_elsewhere => return None,
        None => &parts[..],
    };
    let is_whole = !within.is_empty() && within.iter().all(|part| !part.is_empty() && *part != "..");
    is_whole.then(|| within.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_within_the_workflows_folder_or_not_at_all() {
        let adw_id = "c0a43f47".parse().expect("a safe id");
        let inside = Some("reviewer/review_img/home.png".to_owned());
        for path in [
            "reviewer/review_img/home.png",
            "./reviewer/review_img/home.png",
            "agents/c0a43f47/reviewer/review_img/home.png",
            "/srv/app/agents/c0a43f47/reviewer/review_img/home.png",
            "C:\\app\\agents\\c0a43f47\\reviewer\\review_img\\home.png",
        ] {
            assert_eq!(within_workflow(path, &adw_id), inside, "{path}");
        }
        for path in [
            "",
            "/etc/passwd",
            "D:\\secret.png",
            "../other/home.png",
            "agents/c0a43f47/../other/home.png",
            "agents/other/reviewer/home.png",
            "agents/c0a43f47/",
            "reviewer//home.png",
        ] {
            assert_eq!(within_workflow(path, &adw_id), None, "{path}");
        }
    }
}
