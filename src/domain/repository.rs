//! Which repository a workflow works on: one definition, for cards and filters.
//!
//! What the state document says comes first, then an address of the repository or of something in it, then the folder.

use super::excerpt::excerpt;

const NAME_BYTES: usize = 96;

/// `owner/name` of a remote (`git@host:owner/name.git`, `https://host/owner/name`), of an issue's or a pull request's address in
/// it, or of a name that is one already. A plain name stays as it is.
pub fn named(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/');
    if text.is_empty() || text.contains(char::is_whitespace) {
        return None;
    }
    let path = match text.split_once("://") {
        // Whoever is named before the host is not part of the repository.
        Some((scheme, rest)) if scheme != "file" => rest.split_once('/')?.1,
        Some(_) => return of_folder(text),
        None => match text.split_once(':') {
            Some((host, path)) if host.contains('@') => path,
            Some(_) => return of_folder(text),
            None if text.starts_with(['/', '~', '.']) || text.contains('\\') => return of_folder(text),
            None => text,
        },
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    // What follows these is within the repository.
    const WITHIN: [&str; 8] = [
        "issues",
        "pull",
        "pulls",
        "tree",
        "blob",
        "commit",
        "-",
        "merge_requests",
    ];
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let end = parts
        .iter()
        .skip(2)
        .position(|part| WITHIN.contains(part))
        .map_or(parts.len(), |at| at + 2);
    let name = parts[..end].join("/");
    let name = name.strip_suffix(".git").unwrap_or(&name);
    (!name.is_empty()).then(|| excerpt(name, NAME_BYTES))
}

/// The repository's folder: that which holds a worktree under `trees/`, or otherwise the folder itself.
pub fn of_folder(folder: &str) -> Option<String> {
    let parts: Vec<&str> = folder.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    let at = parts
        .iter()
        .rposition(|part| *part == "trees" || *part == "worktrees")
        .and_then(|trees| trees.checked_sub(1))
        .unwrap_or(parts.len().saturating_sub(1));
    let hidden = |part: &&&str| part.starts_with('.') && part.len() > 1;
    let at = if parts.get(at).as_ref().is_some_and(hidden) {
        at.checked_sub(1)?
    } else {
        at
    };
    let name = parts.get(at)?;
    Some(excerpt(name.strip_suffix(".git").unwrap_or(name), NAME_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_repository_names_the_same() {
        for text in [
            "git@github.com:acme/shop.git",
            "https://github.com/acme/shop",
            "https://user:word@github.com/acme/shop.git/",
            "ssh://git@github.com/acme/shop.git",
            "https://github.com/acme/shop/issues/12",
            "https://github.com/acme/shop/pull/7#discussion",
            "acme/shop",
        ] {
            assert_eq!(named(text).as_deref(), Some("acme/shop"), "{text}");
        }
        assert_eq!(
            named("https://gitlab.com/a/b/shop/-/issues/3").as_deref(),
            Some("a/b/shop")
        );
        assert_eq!(named("shop").as_deref(), Some("shop"));
        assert_eq!(named("/srv/shop/trees/c0a43f47").as_deref(), Some("shop"));
        assert_eq!(named("a sentence, no name"), None);
        assert_eq!(named(""), None);
    }

    #[test]
    fn a_folder_is_called_by_its_name_or_by_whose_worktree_it_is() {
        assert_eq!(of_folder("/srv/shop/trees/c0a43f47").as_deref(), Some("shop"));
        assert_eq!(of_folder("/srv/shop/.claude/worktrees/fix-it").as_deref(), Some("shop"));
        assert_eq!(of_folder("D:\\code\\shop\\").as_deref(), Some("shop"));
        assert_eq!(of_folder("/"), None);
    }
}
