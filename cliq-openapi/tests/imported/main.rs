//! A document like those of real APIs (`desk.yaml`), imported to a module that is compiled here
//! (`api.rs`, regenerated with `BLESS=1`), and the behavior of its calls and types.

#[allow(unreachable_pub, reason = "as in a library")]
mod api;

use std::path::Path;
use std::{env, fs};

use cliq_api::prelude::*;
use cliq_openapi::{Import, Importer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use api::{Event, TICKETS, Ticket, TicketState, Tickets};

const DESK: &str = include_str!("desk.yaml");

fn import() -> Import {
    Importer::new().name("desk.yaml").import(DESK).unwrap()
}

/// Decodes a value and encodes it again.
fn again<T: DeserializeOwned + Serialize>(value: Value) -> Value {
    let read: T = serde_json::from_value(value).unwrap();
    serde_json::to_value(read).unwrap()
}

fn meta(name: &str) -> &'static cliq_api::EndpointMeta {
    TICKETS.iter().find(|meta| meta.name() == name).unwrap()
}

#[test]
fn the_module_matches_the_document() {
    let import = import();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/imported/api.rs");
    if env::var_os("BLESS").is_some() {
        fs::write(&path, import.code()).unwrap();
    }
    assert!(
        import.is_same(&fs::read_to_string(&path).unwrap()),
        "the module is out of date: `BLESS=1`, and look at the changes"
    );
}

#[test]
fn what_a_declaration_cannot_say_is_counted_and_marked() {
    let import = import();
    assert_eq!(
        (import.counts().operations, import.counts().imported),
        (12, 11)
    );
    let marks = import.code().matches("// TODO(import): ").count();
    let skipped: Vec<_> = import
        .notes()
        .iter()
        .filter(|note| note.is_skipped())
        .collect();
    assert_eq!(import.notes().len(), marks + skipped.len());
    let unresolved = |note: &&cliq_openapi::Note| note.text().contains("other.yaml#");
    let unresolved: Vec<_> = import
        .notes()
        .iter()
        .filter(unresolved)
        .map(|note| note.place())
        .collect();
    assert_eq!(unresolved, ["Tickets::list_tickets", "Ticket.origin"]);
    assert_eq!(skipped[0].place(), "GET /broken/{a}{b}");
    let report = import.to_string();
    assert!(
        report.starts_with("11 of 12 operations, 2 traits, "),
        "{report}"
    );
    assert!(
        report.contains("left out: GET /broken/{a}{b}: two placeholders"),
        "{report}"
    );
}

#[test]
fn an_unknown_value_of_an_enum_is_kept() {
    for state in ["open", "on_hold", "other", "archived"] {
        assert_eq!(again::<TicketState>(json!(state)), json!(state));
    }
    let archived: TicketState = serde_json::from_value(json!("archived")).unwrap();
    assert_eq!(archived, TicketState::Other("archived".to_owned()));
}

#[test]
fn a_type_contains_itself_and_any_of_several_types() {
    let ticket = json!({
        "id": 7,
        "subject": "Down",
        "state": "open",
        "createdAt": "2026-07-08T09:15:14Z",
        "parent": { "id": 6, "subject": "Up", "state": "closed", "source": "mail" },
        "children": [{ "id": 8, "subject": "x", "state": "open", "source": 5 }],
        "source": { "name": "Ann", "email": "ann@example.com", "team": "north" },
        "custom": { "weight": 1.5 },
        "Display Name": "Down!",
    });
    assert_eq!(again::<Ticket>(ticket.clone()), ticket);
    // In a response, null equals absent.
    let mut null = ticket.clone();
    null["assignedTo"] = Value::Null;
    assert_eq!(again::<Ticket>(null), ticket);
}

#[test]
fn a_discriminator_names_the_variant() {
    let opened = json!({ "type": "ticket.opened", "by": "Ann" });
    assert!(matches!(
        serde_json::from_value(opened.clone()).unwrap(),
        Event::Opened(_)
    ));
    assert_eq!(
        again::<Event>(opened),
        json!({ "type": "ticket.opened", "by": "Ann" })
    );
    assert!(serde_json::from_value::<Event>(json!({ "type": "closed" })).is_err());
}

#[test]
fn absent_and_null_are_sent_differently() {
    let client = Client::builder("https://desk.example.com")
        .bearer("t")
        .build()
        .unwrap();
    #[expect(
        deprecated,
        reason = "the document says so, and it is called nevertheless"
    )]
    let call = client.update_ticket_state(5);
    for (call, body) in [
        (call.clone(), None),
        (
            call.clone().due_date(None),
            Some(json!({ "dueDate": null })),
        ),
        (
            call.state(TicketState::Closed),
            Some(json!({ "state": "closed" })),
        ),
    ] {
        let request = call.prepare().unwrap();
        assert_eq!(request.uri().path(), "/api/v2/tickets/5");
        let sent = request.body().as_bytes().unwrap();
        let sent = (!sent.is_empty()).then(|| serde_json::from_slice::<Value>(sent).unwrap());
        assert_eq!(sent, body);
    }
}

#[test]
fn keys_follow_from_the_document() {
    let list = meta("list_tickets");
    assert_eq!(list.to_string(), "GET /api/v2/tickets?version=2");
    assert_eq!(list.headers(), [("X-Client", "rust")]);
    assert_eq!(list.page().unwrap().items(), ["items"]);
    assert_eq!(
        meta("create_ticket").idempotency_key(),
        Some("Idempotency-Key")
    );
    assert_eq!(meta("create_ticket").fields(), [("action", "\"open\"")]);
    assert_eq!(
        meta("record_event").scopes(),
        cliq_api::Scopes::Any(&["tickets.write", "tickets.admin"])
    );
    assert_eq!(meta("get_ticket").response(), ["ticket"]);
    assert!(meta("update_ticket_state").deprecated());
}

#[test]
fn limits_in_prose_need_a_pattern() {
    let plain = import();
    assert!(!plain.code().contains("limit ="));
    let importer = Importer::new()
        .limit_pattern(r"(?<calls>\d+) requests per (?<per>\w+)")
        .and_then(|importer| importer.lock_pattern(r"Lock period: (?<lock>\d+ \w+)"))
        .unwrap();
    let import = importer.import(DESK).unwrap();
    assert!(
        import.code().contains(r#"limit = "10/min""#),
        "{}",
        import.code()
    );
    assert!(import.code().contains(r#"lock = "5min""#));
}

#[test]
fn other_documents_are_rejected_with_a_reason() {
    let error = |text: &str| Importer::new().import(text).unwrap_err().to_string();
    assert!(error("swagger: '2.0'").contains("found Swagger 2.0"));
    assert!(error("openapi: 2.0.0").contains("expected OpenAPI 3.0 or 3.1, found 2.0.0"));
    assert!(error("a: 1").contains("no member `openapi`"));
    assert!(!error("{").is_empty() && !error("a: [").is_empty());
}
