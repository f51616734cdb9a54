//! Generates `docs/endpoints.md`: all endpoints with their documented operations.

use std::fmt::Write as _;
use std::fs;

use cliq_api::Scopes;

use crate::endpoints::{Declared, declared};
use crate::exceptions::{Exception, exceptions};

#[test]
fn the_page_of_all_endpoints_is_up_to_date() {
    expect_page("endpoints", &endpoints());
}

#[test]
fn the_page_of_all_differences_is_up_to_date() {
    expect_page("differences", &differences());
}

#[track_caller]
fn expect_page(name: &str, page: &str) {
    let path = format!("{}/../docs/{name}.md", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, page).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/{name}.md is outdated: run the test with BLESS=1"
    );
}

fn differences() -> String {
    let mut page = String::from(
        "# Differences from Zoho's documents\n\n\
         Zoho's documents contradict each other and themselves in places. This page lists what the\n\
         declarations of `cliq_api::cliq` make of that, with reasons. The tests (`tests/declared`) compare\n\
         each operation with its document, and find these differences alone. In general:\n\n\
         - One URL has several limits, in documents of several subjects. Each endpoint declares the\n  \
         strictest limit and the longest lock of its operations; of endpoints that share a URL, the client\n  \
         keeps all limits. `override_limit` replaces them.\n\
         - Where a document has a limit and no lock, none is declared: the client assumes one.\n\
         - Answers whose example has only `Response Code` have no type: their body is ignored.\n\
         - Where a schema and an example put a result into different members, the type reads both:\n  \
         `list_starred_messages`, `get_primary_pinned_message`, `send_message` with a card.\n\
         - Three paths repeat a word or a letter, as documented: `delete_messages` (`messagess`),\n  \
         `get_message` and `set_channel_role`.\n\
         - Uploads are documented as JSON, and are multipart.\n\n\
         A test generates this page.\n",
    );
    for Exception { name, reason, .. } in exceptions() {
        let _ = write!(page, "\n## {name}\n\n");
        let mut line = String::new();
        for word in reason.split_whitespace() {
            if line.len() + word.len() >= 100 {
                let _ = writeln!(page, "{}", line.trim_end());
                line.clear();
            }
            line += word;
            line.push(' ');
        }
        let _ = writeln!(page, "{}", line.trim_end());
    }
    page
}

fn endpoints() -> String {
    let mut page = String::from(
        "# Endpoints\n\n\
         The endpoints of `cliq_api::cliq`, each with its operations in Zoho's documents, as `document\n\
         operation`. Limits are per user. A lock follows from exceeding a limit; where none\n\
         is given, the client assumes one. [Differences](differences.md) explains where the\n\
         documents contradict each other or themselves.\n\n\
         A test generates this page.\n",
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
