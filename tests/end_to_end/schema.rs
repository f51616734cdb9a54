//! JSON schemas in the metadata.

use cliq_api::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Item {
    id: u32,
    tags: Vec<String>,
}

#[endpoints(schema)]
trait WithSchema {
    #[endpoint(GET "/items/<IDS>")]
    fn get_items(&self, #[path(csv)] ids: Vec<u8>, #[query] sort: Option<bool>) -> Vec<Item>;
    #[endpoint(GET "/items", page(items = "data", token = "next"))]
    fn list_items(&self, #[query] next: Option<String>) -> Page<Item>;
    #[endpoint(PUT "/items")]
    fn put_item(&self, #[body] item: Item) -> Option<Item>;
    #[endpoint(PUT "/image")]
    fn put_image(&self, #[body(bytes)] image: Bytes) -> Bytes;
    #[endpoint(DELETE "/image")]
    fn delete_image(&self);
}

/// Its types have no schema, and need none even with the feature.
#[endpoints]
trait Without {
    #[endpoint(PUT "/items")]
    fn put_plain(&self, #[body] item: Plain) -> Plain;
}

#[derive(Serialize, Deserialize)]
struct Plain;

#[test]
fn a_trait_with_the_key_has_schemas_of_all_that_is_json() {
    let find = |name: &str| *WITH_SCHEMA.iter().find(|it| it.name() == name).unwrap();
    let get = find("get_items");
    let response = get.response_schema().unwrap()();
    assert_eq!(response["type"], "array");
    assert_eq!(response["items"], json!({ "$ref": "#/$defs/Item" }));
    let ids = get.param_schema(0).unwrap()();
    assert_eq!(ids["items"]["maximum"], 255);
    assert_eq!(get.param_schema(1).unwrap()()["type"], "boolean");
    assert!(get.param_schema(2).is_none());

    let item = find("list_items").response_schema().unwrap()();
    assert_eq!(item["required"], json!(["id", "tags"]), "of a page's items");
    assert_eq!(find("put_item").param_schema(0).unwrap()(), item);
    let optional = find("put_item").response_schema().unwrap()();
    assert_eq!(optional["anyOf"][1], json!({ "type": "null" }));
    let image = find("put_image");
    assert!(image.response_schema().is_none() && image.param_schema(0).is_none());
    assert!(find("delete_image").response_schema().is_none());

    let plain = WITHOUT[0];
    assert!(plain.response_schema().is_none() && plain.param_schema(0).is_none());
}
