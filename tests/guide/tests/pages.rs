//! All code of pages is tested, no link is broken, and no page is too long.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The maximum number of words of a page.
const WORDS: usize = 1500;

/// Tables that tests generate, for reference.
const GENERATED: [&str; 4] = [
    "cliq-api/guide/faults.md",
    "docs/endpoints.md",
    "docs/refusals.md",
    "docs/sandbox-rules.md",
];

/// A page whose tables and sources aren't counted.
const TABLES: &str = "docs/comparison.md";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the path of each page in the repository.
fn pages() -> Vec<String> {
    let mut pages = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned()];
    for name in ["api", "cli", "macros", "openapi", "sandbox"] {
        let readme = format!("cliq-{name}/README.md");
        if root().join(&readme).exists() {
            pages.push(readme);
        }
    }
    let mut folders = vec!["docs".to_owned(), "cliq-api/guide".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if entry.path().extension().is_some_and(|end| end == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

fn text(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// Returns the languages of code blocks.
fn languages(text: &str) -> impl Iterator<Item = &str> {
    let fences = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("```"));
    fences.step_by(2)
}

#[test]
fn each_block_of_rust_is_a_doctest() {
    let tested = include_str!("../src/lib.rs");
    let mut problems = Vec::new();
    for page in pages() {
        for language in languages(&text(&page)) {
            if language.is_empty() {
                // Rust to rustdoc, and to nobody else.
                problems.push(format!("{page} has a block without a language"));
            } else if language.starts_with("rust") {
                if !tested.contains(&format!("\"{page}\"")) {
                    problems.push(format!("{page} is not in src/lib.rs"));
                }
                if !["rust", "rust,no_run"].contains(&language) {
                    problems.push(format!("{page} has a block that is `{language}`"));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn links_lead_somewhere() {
    let mut problems = Vec::new();
    for page in pages() {
        let text = text(&page);
        let folder = Path::new(&page).parent().unwrap();
        for target in links(&text) {
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() {
                root().join(&page)
            } else if let Some(page) = path.strip_prefix("crate::guide::") {
                root().join(format!("cliq-api/guide/{page}.md"))
            } else if path.contains("://") || path.contains("crate::") {
                // rustdoc checks the latter.
                continue;
            } else {
                root().join(folder).join(path)
            };
            if !file.exists() {
                problems.push(format!("{page} links to {target}"));
            } else if !anchor.is_empty() {
                let anchors: Vec<_> = headings(&fs::read_to_string(&file).unwrap()).collect();
                if !anchors.iter().any(|heading| heading == anchor) {
                    problems.push(format!("{page} links to {target}, of {anchors:?}"));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn code_names_pages_that_exist() {
    let mut problems = Vec::new();
    let mut folders: Vec<_> = [
        "benches",
        "cliq-api",
        "cliq-cli",
        "cliq-macros",
        "cliq-openapi",
        "cliq-sandbox",
        "examples",
        "fuzz",
        "tests",
    ]
    .map(|folder| root().join(folder))
    .into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // What cargo builds isn't ours.
                if path.file_name().is_none_or(|name| name != "target") {
                    folders.push(path);
                }
            } else if path
                .extension()
                .is_some_and(|end| end == "rs" || end == "toml")
            {
                let code = fs::read_to_string(&path).unwrap();
                let missing = named_pages(&code).filter(|page| !root().join(page).exists());
                problems.extend(missing.map(|page| format!("{} names {page}", path.display())));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn pages_are_short() {
    let is_prose = |line: &&str| !line.starts_with('|') && !line.contains("]: https://");
    let words = |page: &str| {
        let text = text(page);
        let lines = text.lines().filter(|line| page != TABLES || is_prose(line));
        lines.flat_map(str::split_whitespace).count()
    };
    let long: Vec<_> = pages()
        .into_iter()
        .filter(|page| !GENERATED.contains(&page.as_str()))
        .map(|page| (words(&page), page))
        .filter(|(words, _)| *words > WORDS)
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

/// A package has no file from outside of its crate, so the guide has a copy of the picture.
#[test]
fn the_guide_has_the_picture_of_the_readme() {
    let drawn = root().join("docs/images/worst-window.svg");
    let copied = root().join("cliq-api/guide/worst-window.svg");
    let picture = fs::read_to_string(drawn).unwrap();
    if env::var_os("BLESS").is_some() {
        fs::write(&copied, &picture).unwrap();
    }
    assert!(
        fs::read_to_string(copied).unwrap() == picture,
        "copy it: BLESS=1 cargo test -p cliq-tests-guide --test pages"
    );
}

/// Returns the pages that are named by their path from the repository's root.
fn named_pages(code: &str) -> impl Iterator<Item = &str> {
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    code.split(move |c| !is_path(c)).filter(|word| {
        let is_page = Path::new(word).extension().is_some_and(|end| end == "md");
        is_page && (word.starts_with("docs/") || word.starts_with("cliq-api/guide/"))
    })
}

/// Returns the targets of links outside of code blocks.
fn links(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    prose
        .flat_map(|prose| prose.split("](").skip(1))
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target)
        .collect()
}

/// Returns GitHub's anchors of headings.
fn headings(text: &str) -> impl Iterator<Item = String> {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.collect::<String>().replace(' ', "-")
        })
}
