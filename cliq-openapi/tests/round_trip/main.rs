//! Importing an export gives the same declarations: for the threads of Cliq, and for traits that
//! use the whole grammar. The imported modules are in this directory, `*_again.rs`, and are
//! regenerated with `BLESS=1`.

#[allow(unreachable_pub, dead_code, reason = "as in a library")]
mod every_form;
#[allow(unreachable_pub, reason = "as in a library")]
mod every_form_again;
mod facts;
#[allow(unreachable_pub, reason = "as in a library")]
mod threads_again;

use std::path::Path;
use std::{env, fs};

use cliq_api::EndpointMeta;
use cliq_api::threads::THREADS;
use cliq_openapi::{Document, Importer, OpenApi, document};
use facts::facts;

fn every_form() -> Document {
    document(&[every_form::TICKETS, every_form::FILES, every_form::PLAIN])
        .title("Every form")
        .server("https://desk.example.com")
        .named_server("uploads", "https://uploads.example.com")
        .oauth2(
            "oauth",
            "https://id.example.com/auth",
            "https://id.example.com/token",
        )
}

fn threads() -> Document {
    document(&[THREADS])
        .title("Threads")
        .server("https://cliq.zoho.com")
}

/// Compares the module that is imported from a document with the one that is compiled here.
fn imported(document: &str, file: &str) {
    let import = Importer::new().import(document).unwrap();
    let skipped: Vec<_> = import
        .notes()
        .iter()
        .filter(|note| note.is_skipped())
        .collect();
    assert!(skipped.is_empty(), "{skipped:#?}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/round_trip")
        .join(file);
    if env::var_os("BLESS").is_some() {
        fs::write(&path, import.code()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        import.is_same(&written),
        "{file} is out of date: `BLESS=1`, and look at the changes"
    );
}

fn same(before: &[&'static EndpointMeta], again: &[&'static EndpointMeta]) {
    assert_eq!(again.len(), before.len());
    // The document sorts endpoints by path.
    for meta in before {
        let same = again
            .iter()
            .find(|again| again.name() == meta.name())
            .unwrap();
        assert_eq!(facts(same), facts(meta), "{meta}");
    }
}

#[test]
fn the_modules_match_the_exports() {
    imported(&every_form().to_yaml(), "every_form_again.rs");
    imported(&threads().to_yaml(), "threads_again.rs");
}

#[test]
fn yaml_and_json_and_both_versions_are_imported_alike() {
    let code = |text: String| Importer::new().import(&text).unwrap().code().to_owned();
    for document in [every_form(), threads()] {
        let yaml = code(document.to_yaml());
        assert_eq!(code(document.to_json()), yaml);
        let older = document.openapi(OpenApi::V3_0);
        assert_eq!(code(older.to_yaml()), yaml);
        assert_eq!(code(older.to_json()), yaml);
    }
}

#[test]
fn the_metadata_of_every_form_survives() {
    same(every_form::TICKETS, every_form_again::TICKETS);
    same(every_form::FILES, every_form_again::FILES);
    same(every_form::PLAIN, every_form_again::PLAIN);
}

#[test]
fn the_metadata_of_threads_survives() {
    same(THREADS, threads_again::THREADS);
}

#[test]
fn every_form_is_there() {
    // The names of the grammar's options, as in the metadata's values.
    let all = [every_form::TICKETS, every_form::FILES, every_form::PLAIN];
    let all: Vec<_> = all.into_iter().flatten().collect();
    let facts: Vec<_> = all.iter().map(|meta| facts(meta).to_string()).collect();
    for form in [
        "\"Plain\"",
        "\"Repeated\"",
        "\"Csv\"",
        "\"Flatten\"",
        "\"Deep\"",
        "\"Segments\"",
        "\"Json\"",
        "Bytes(",
        "\"File\"",
        "\"Files\"",
        "\"Path\"",
        "\"Query\"",
        "\"Header\"",
        "\"Field\"",
        "\"Body\"",
        "\"Part\"",
        "Any(",
        "All(",
        "\"None\"",
        "For(",
        "per app",
        "\"Text\"",
        "\"Download\"",
        "\"Events\"",
        "\"JsonLines\"",
        "\"Bytes\"",
        "Token",
        "Link",
        "Url",
        "Number",
        "Offset",
        "\"nested\":true",
        "\"body_optional\":true",
        "\"deprecated\":true",
        "\"optional\":true",
        "\"multipart\":true",
    ] {
        assert!(
            facts.iter().any(|facts| facts.contains(form)),
            "no endpoint has {form}"
        );
    }
    let methods: Vec<_> = all.iter().map(|meta| meta.method().as_str()).collect();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
        assert!(methods.contains(&method), "no endpoint is a {method}");
    }
}

#[test]
fn a_module_is_imported_to_the_same_bytes_and_survives_formatting() {
    let text = every_form().to_yaml();
    let importer = Importer::new().name("api.yaml");
    let import = importer.import(&text).unwrap();
    assert_eq!(importer.import(&text).unwrap().code(), import.code());
    assert!(
        import.is_same(&import.code().replace("\n\n", "\n")),
        "but for empty lines"
    );
    let other = import.code().replace("fn open_ticket", "fn new_ticket");
    assert!(!import.is_same(&other));
}

#[test]
fn all_of_cliq_is_imported_from_its_export() {
    let apis = cliq_api::cliq::APIS;
    let text = document(apis)
        .title("Cliq")
        .server("https://cliq.zoho.com")
        .to_yaml();
    let import = Importer::new().import(&text).unwrap();
    let count: usize = apis.iter().map(|api| api.len()).sum();
    let counts = import.counts();
    assert_eq!(
        (counts.operations, counts.imported, counts.traits),
        (count, count, apis.len())
    );
    assert!(import.notes().is_empty(), "{:#?}", import.notes());
}
