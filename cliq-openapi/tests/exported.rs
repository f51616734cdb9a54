//! Exported documents, in details that a round trip doesn't show.

use cliq_api::prelude::*;
use cliq_openapi::{OpenApi, document};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[endpoints(base = "/v1", schema)]
trait Desk {
    #[endpoint(GET "/tickets/<ID>", scope = any("read", "admin"), response = "data")]
    fn get_ticket(&self, id: u64) -> Ticket;

    #[endpoint(PUT "/tickets/<ID>", scope = all("read", "write"))]
    fn put_ticket(&self, id: u64, #[body] ticket: Ticket);

    #[endpoint(PUT "/tickets/<ID>", field("state" = "closed"))]
    fn close_ticket(&self, id: u64);
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Ticket {
    id: u64,
    note: Option<String>,
    parent: Option<Box<Ticket>>,
}

fn value(openapi: OpenApi) -> Value {
    document(&[DESK])
        .server("https://desk.example.com/")
        .openapi(openapi)
        .to_value()
}

#[test]
fn a_type_has_one_schema_that_refers_to_itself() {
    let document = value(OpenApi::V3_1);
    let ticket = &document["components"]["schemas"]["Ticket"];
    assert_eq!(ticket["required"], json!(["id"]));
    let get = &document["paths"]["/tickets/{ID}"]["get"];
    let schema = &get["responses"]["200"]["content"]["application/json"]["schema"];
    let reference = json!({ "$ref": "#/components/schemas/Ticket" });
    assert_eq!(schema["properties"]["data"], reference);
    assert_eq!(schema["required"], json!(["data"]));
    assert_eq!(ticket["properties"]["parent"]["anyOf"][0], reference);
}

#[test]
fn the_older_version_has_its_own_keywords() {
    let document = value(OpenApi::V3_0);
    assert_eq!(document["openapi"], "3.0.3");
    let ticket = &document["components"]["schemas"]["Ticket"]["properties"];
    assert_eq!(
        ticket["note"],
        json!({ "type": "string", "nullable": true })
    );
    let reference = json!({ "$ref": "#/components/schemas/Ticket" });
    assert_eq!(
        ticket["parent"],
        json!({ "allOf": [reference], "nullable": true })
    );
    let close = &document["paths"]["/tickets/{ID}#close_ticket"]["put"];
    let body = &close["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["properties"]["state"], json!({ "enum": ["closed"] }));
}

#[test]
fn scopes_are_requirements_where_the_version_allows_it() {
    let security = |openapi| {
        let document = value(openapi);
        let item = &document["paths"]["/tickets/{ID}"];
        (item["get"].clone(), item["put"].clone())
    };
    let (get, put) = security(OpenApi::V3_1);
    assert_eq!(
        get["security"],
        json!([{ "bearer": ["read"] }, { "bearer": ["admin"] }])
    );
    assert_eq!(put["security"], json!([{ "bearer": ["read", "write"] }]));
    // In OpenAPI 3.0, a bearer token has no scopes.
    let (get, put) = security(OpenApi::V3_0);
    assert_eq!(get["security"], json!([{ "bearer": [] }]));
    assert_eq!(get["x-scopes"], json!({ "any": ["read", "admin"] }));
    assert_eq!(put["x-scopes"], json!({ "all": ["read", "write"] }));
}

#[test]
fn servers_have_the_base_that_most_endpoints_have() {
    let document = value(OpenApi::V3_1);
    assert_eq!(
        document["servers"],
        json!([{ "url": "https://desk.example.com/v1" }])
    );
    assert_eq!(
        document["info"],
        json!({ "title": "Desk", "version": "1.0.0" })
    );
    assert_eq!(document["tags"], json!([{ "name": "Desk" }]));
}
