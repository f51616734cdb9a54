//! `docs/endpoints.md`: all endpoints, and the documented operations that each stands for.

use std::fmt::Write as _;
use std::fs;

use cliq_api::Scopes;

use crate::endpoints::{Declared, declared};

#[test]
fn the_page_of_all_endpoints_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/endpoints.md");
    let page = page();
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == page,
        "docs/endpoints.md is outdated: run the test with BLESS=1"
    );
}

fn page() -> String {
    let mut page = String::from(
        "# Endpoints\n\n\
         What `cliq_api::cliq` declares, with the operations of Zoho's documents that each endpoint\n\
         stands for: `document operation`. Limits are per user. A lock follows from exceeding a limit;\n\
         where none is given, the client assumes one. [Differences](differences.md) explains where the\n\
         documents contradict each other or themselves.\n\n\
         A test makes this page.\n",
    );
    let mut api = "";
    for Declared { meta, operations } in declared().0 {
        if meta.api() != api {
            api = meta.api();
            let _ = write!(
                page,
                "\n## {api}\n\n| endpoint | request | scope | limit | lock | documented as |\n|---|---|---|---|---|---|\n"
            );
        }
        let scopes = match meta.scopes() {
            Scopes::Any(names) => names.join(" or "),
            scopes => scopes.names().join(", "),
        };
        let limits: Vec<_> = meta.limits().iter().map(ToString::to_string).collect();
        let lock = meta
            .lock()
            .map_or(String::new(), |lock| match lock.as_secs() {
                seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
                seconds => format!("{seconds} s"),
            });
        let documented: Vec<_> = operations
            .iter()
            .map(|operation| format!("{operation}").replace('|', "\\|"))
            .collect();
        let _ = writeln!(
            page,
            "| `{}` | `{meta}` | {scopes} | {} | {lock} | {} |",
            meta.name(),
            limits.join(", "),
            documented.join("; "),
        );
    }
    page
}
