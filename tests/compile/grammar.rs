//! A declaration with everything that the grammar allows.

#![expect(
    missing_docs,
    missing_debug_implementations,
    reason = "what is declared is the matter here"
)]

use std::collections::BTreeMap;

use cliq_api::prelude::*;
use cliq_api::{
    Body, Bytes, Download, EndpointMeta, Events, EventsExt, JsonLines, NextPage, Part, Place,
    ResponseKind, Scopes, Shape, Text,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
pub struct Filter {
    pub since: Option<u32>,
    pub tags: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub struct Item {
    pub id: u32,
}

impl From<u32> for Item {
    fn from(id: u32) -> Self {
        Self { id }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    Up,
    Down,
}

/// All keys of a trait.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "Acme",
    limit = "20/min",
    lock = "10m"
)]
pub trait Everything {
    /// No argument, no response.
    #[endpoint(HEAD "/")]
    fn ping(&self);

    #[endpoint(GET "/items/<ID>.json?kind=plain&flag", scope = "Items.READ", timeout = "30s")]
    fn get_item(&self, id: u32) -> Item;

    #[endpoint(GET "/<ownerId>/items/<item-id>", scope = any("Items.READ", "Items.ALL"), response = "data.item")]
    fn find_item(&self, owner_id: String, #[path("item-id")] number: u64) -> Option<Item>;

    #[endpoint(
        GET "/items",
        base = "/api/v2",
        scope = all("Items.READ", "Owners.READ"),
        limit = "10/5min",
        page(items = "data.items", token = "meta.next", param = "cursor")
    )]
    fn list_items(
        &self,
        #[query] order: Order,
        #[query("max")] limit: Option<u32>,
        #[query] tag: Vec<String>,
        #[query] numbers: Option<Vec<u8>>,
        #[query(csv)] fields: Vec<String>,
        #[query("inc", csv)] include: Option<Vec<String>>,
        #[query(flatten)] filter: Filter,
        #[query(flatten)] more: Option<BTreeMap<String, String>>,
        #[query] cursor: Option<String>,
        #[header("X-Trace")] trace: String,
        #[header("X-Debug")] debug: Option<bool>,
    ) -> Page<Item>;

    #[endpoint(POST "/items", limit = none, idempotent)]
    fn create_item(
        &self,
        /// Its name.
        #[field]
        name: String,
        #[field("type")] kind: Option<Order>,
        #[field] parents: Option<Vec<u32>>,
        #[field] note: Option<Option<String>>,
        #[field] exact: f64,
    ) -> Item;

    #[endpoint(PUT "/items/<ID>", lock = "1h", bucket = "writes", idempotent = false)]
    fn replace_item(&self, id: u32, #[body] item: Item) -> ();

    #[endpoint(PATCH "/items/<ID>", limit = "20/2s", lock = "5min", idempotent = true)]
    fn patch_item(&self, id: u32, #[body] item: Option<BTreeMap<String, u32>>) -> Vec<Item>;

    #[endpoint(POST "/items/<ID>/image")]
    fn upload(&self, id: u32, #[body(bytes)] image: Bytes) -> Bytes;

    #[endpoint(POST "/items/<ID>/photo")]
    fn upload_photo(
        &self,
        id: u32,
        #[body(bytes, content_type = "image/png")] photo: Option<Vec<u8>>,
    ) -> cliq_api::Bytes;

    #[endpoint(POST "/login", form)]
    fn login(
        &self,
        #[field] user: String,
        #[field] scopes: Vec<String>,
        #[field] age: Option<u8>,
    ) -> serde_json::Value;

    #[endpoint(DELETE "/items/<NAME>")]
    fn remove_by_name(&self, name: String);

    #[endpoint(DELETE "/items/<ID>")]
    fn remove_item(&self, id: u32);

    #[cfg(any())]
    #[endpoint(GET "/never")]
    fn twin(&self) -> NoSuchType;

    #[cfg(not(any()))]
    #[endpoint(GET "/always")]
    fn twin(&self, #[query] x: Option<bool>) -> u8;

    #[deprecated = "use `ping`"]
    #[endpoint(GET "/old")]
    fn old(&self, #[query] x: Option<bool>);

    #[endpoint(GET "/raw/<type>")]
    fn r#match(&self, r#type: String, #[query] r#in: Option<String>);

    /// A method composed of others.
    fn ping_twice(&self) -> (PingRequest, PingRequest) {
        (self.ping(), self.ping())
    }
}

/// Streams, parts, and all kinds of paging.
#[endpoints]
pub trait Streams {
    #[endpoint(POST "/parts", multipart, idempotency_key = "Idempotency-Key")]
    fn post_parts(
        &self,
        #[part] order: Order,
        #[part("n")] number: Option<u8>,
        #[part] tags: Vec<String>,
        #[part] file: Part,
        #[part] files: Option<Vec<Part>>,
    ) -> Text;

    #[endpoint(PUT "/stream")]
    fn put_stream(&self, #[body(stream)] content: Body) -> Text;

    #[endpoint(PATCH "/stream", idempotency_key = "X-Key", idempotent = false)]
    fn patch_stream(&self, #[body(stream, content_type = "image/png")] content: Option<Body>);

    #[endpoint(GET "/download")]
    fn download(&self) -> Download;

    #[endpoint(GET "/watch")]
    fn watch(&self) -> Events<Item>;

    #[endpoint(GET "/watch-text")]
    fn watch_text(&self) -> Events<Text>;

    #[endpoint(GET "/export")]
    fn export(&self) -> JsonLines<Item>;

    #[endpoint(GET "/linked", page(next = link))]
    fn list_linked(&self) -> Page<Item>;

    #[endpoint(GET "/linked-inside", page(next = link, items = "data"))]
    fn list_linked_inside(&self) -> Page<Item>;

    #[endpoint(GET "/by-url", page(items = "data", next = "links.next"))]
    fn list_by_url(&self) -> Page<Item>;

    #[endpoint(GET "/numbered", page(number = "page"))]
    fn list_numbered(&self, #[query] page: Option<u32>) -> Page<Item>;

    #[endpoint(GET "/from-zero", page(items = "data", number = "p", first = 0, more = "meta.more"))]
    fn list_from_zero(&self, #[query("p")] page: Option<u32>) -> Page<Item>;

    #[endpoint(GET "/offset", page(offset = "start"))]
    fn list_by_offset(&self, #[query] start: Option<u64>) -> Page<Item>;

    #[endpoint(GET "/flagged", page(items = "data", token = "next", more = "more"))]
    fn list_flagged(&self, #[query] next: Option<String>) -> Page<Item>;
}

/// Rare keys.
#[endpoints(
    limit = ["100/s", "10000/day", "1000/h per app"],
    lock = "10m",
    bucket = "all",
    server = "uploads",
    header("X-Version" = "1", "Accept" = "application/vnd.a+json"),
)]
pub trait Forms {
    #[endpoint(OPTIONS "/a/<PATH..>/b", header("x-version" = "2"))]
    fn ask(&self, path: String);

    #[endpoint(GET "/a/<IDS>/<PATH..>", limit = "5/s", lock = none)]
    fn list(
        &self,
        #[path(csv)] ids: Vec<u32>,
        #[path("PATH")] segments: Vec<String>,
        #[query(deep)] created: Option<BTreeMap<String, u32>>,
        #[query("expand", deep)] expanded: Vec<String>,
        #[header("X-Version")] version: Option<u8>,
    ) -> Vec<Item>;

    #[endpoint(
        POST "/a/<X>",
        server = none,
        bucket = none,
        field("action" = "close", "depth" = -1, "share" = 0.5, "loud" = true),
        field("note" = "a \"b\"\n")
    )]
    fn post(
        &self,
        x: u8,
        #[field(csv)] ids: Vec<String>,
        #[field("to", csv)] others: Option<Vec<u8>>,
        #[field(flatten)] more: Option<BTreeMap<String, u8>>,
    );

    #[endpoint(POST "/a/<Y>", bucket = "posts", body = optional)]
    fn post_maybe(
        &self,
        y: u8,
        #[field] options: Option<Vec<Vec<String>>>,
        #[field] items: Option<Vec<Vec<u32>>>,
        #[field(flatten)] more: Filter,
    );

    #[endpoint(POST "/form", form = nested, field("kind" = "x"))]
    fn post_form(&self, #[field] send: Vec<Filter>, #[field(flatten)] more: Filter);

    #[endpoint(POST "/plain-form", form, field("kind" = "x"))]
    fn post_constant(&self);
}

/// Without keys.
#[endpoints]
trait Bare {
    #[endpoint(GET "/bare")]
    fn bare(&self) -> String;
}

struct Wrapper(Client);

impl Caller for Wrapper {
    fn client(&self) -> &Client {
        &self.0
    }
}

fn is_a_call<T: Clone + Send + 'static + std::fmt::Debug>(_: &T) {}

#[test]
#[expect(clippy::too_many_lines, reason = "one list")]
fn everything_that_the_grammar_allows() {
    let client = Client::builder("http://localhost:1").build().unwrap();
    is_a_call(&client.ping());
    client.get_item(5).prepare().unwrap();
    let url = |request: Result<http::Request<Body>, Error>| request.unwrap().uri().to_string();
    assert_eq!(
        url(client.get_item(5).prepare()),
        "http://localhost:1/api/v3/items/5.json?kind=plain&flag"
    );
    assert_eq!(
        url(client.find_item("a/b", 7).prepare()),
        "http://localhost:1/api/v3/a%2Fb/items/7"
    );
    let list = client
        .list_items(
            Order::Up,
            ["a", "b"],
            vec!["id"],
            Filter {
                since: Some(1),
                tags: vec![],
            },
            "t",
        )
        .limit(5)
        .numbers([1, 2])
        .include(["x", "y"])
        .more([("k".to_owned(), "v".to_owned())])
        .cursor("c")
        .debug(true);
    assert_eq!(
        url(list.clone().prepare()),
        "http://localhost:1/api/v2/items?order=up&max=5&tag=a&tag=b&numbers=1&numbers=2&fields=id&inc=x,y&since=1&k=v&cursor=c"
    );
    let headers = list.clone().prepare().unwrap().headers().clone();
    assert_eq!(
        (&headers["x-trace"], &headers["x-debug"]),
        (&"t".parse().unwrap(), &"true".parse().unwrap())
    );
    let _ = (list.clone().items(), list.pages());

    let body = |request: Result<http::Request<Body>, Error>| {
        let request = request.unwrap();
        let content_type = request
            .headers()
            .get("content-type")
            .map(|value| value.to_str().unwrap().to_owned());
        (
            String::from_utf8(request.into_body().as_bytes().unwrap().to_vec()).unwrap(),
            content_type,
        )
    };
    let json = || Some("application/json".to_owned());
    let create = client
        .create_item("n", 0.5)
        .kind(Order::Down)
        .parents([1])
        .note(None::<String>);
    assert_eq!(
        body(create.prepare()),
        (
            r#"{"name":"n","type":"down","parents":[1],"note":null,"exact":0.5}"#.to_owned(),
            json()
        )
    );
    assert_eq!(
        body(client.replace_item(1, 5).prepare()),
        (r#"{"id":5}"#.to_owned(), json())
    );
    assert_eq!(body(client.patch_item(1).prepare()), (String::new(), None));
    let octets = Some("application/octet-stream".to_owned());
    assert_eq!(
        body(client.upload(1, "abc").prepare()),
        ("abc".to_owned(), octets)
    );
    assert_eq!(
        body(client.upload_photo(1).photo("abc").prepare()),
        ("abc".to_owned(), Some("image/png".to_owned()))
    );
    let form = Some("application/x-www-form-urlencoded".to_owned());
    assert_eq!(
        body(client.login("a b", ["x", "y"]).age(5).prepare()),
        ("user=a%20b&scopes=x&scopes=y&age=5".to_owned(), form)
    );
    let _ = (
        client.twin().x(true),
        client.r#match("a").r#in("b"),
        client.ping_twice(),
        client.bare(),
    );

    let wrapper = Wrapper(client.clone());
    let reference = &wrapper;
    let _ = (
        wrapper.ping(),
        reference.ping(),
        std::sync::Arc::new(wrapper).ping(),
    );
    let calls: &dyn Caller = &client;
    let _ = calls.ping();

    let with = client
        .login("a", ["z"])
        .with(Some(3), |call, age| call.age(age))
        .with(None, LoginRequest::age);
    assert_eq!(body(with.prepare()).0, "user=a&scopes=z&age=3");

    let find = |name| -> &'static EndpointMeta {
        EVERYTHING
            .iter()
            .copied()
            .find(|meta| meta.name() == name)
            .unwrap()
    };
    let list = find("list_items");
    assert_eq!(
        list.scopes(),
        Scopes::All(&["Acme.Items.READ", "Acme.Owners.READ"])
    );
    assert_eq!(list.lock(), Some(std::time::Duration::from_mins(10)));
    assert_eq!(list.params()[8].name(), "cursor");
    assert_eq!(list.page().unwrap().param(), Some(8));
    assert_eq!(
        (list.params()[4].place(), list.params()[4].shape()),
        (Place::Query, Shape::Csv)
    );
    assert_eq!(find("create_item").limits(), []);
    assert_eq!(find("create_item").lock(), None);
    assert!(
        find("create_item").idempotent()
            && !find("replace_item").idempotent()
            && find("remove_item").idempotent()
    );
    assert_eq!(
        EVERYTHING
            .iter()
            .filter(|meta| meta.name() == "twin")
            .count(),
        1
    );
    assert_eq!(BARE[0].to_string(), "GET /bare");
}

#[test]
fn streams_parts_and_pages() {
    let client = Client::builder("http://localhost:1").build().unwrap();
    let call = client
        .post_parts(Order::Up, ["a"], "bytes")
        .number(1)
        .files([Part::new("x"), Body::from("y").into()]);
    is_a_call(&call);
    let request = call.prepare().unwrap();
    assert!(request.headers().contains_key("idempotency-key"));
    let content_type = request.headers()["content-type"].to_str().unwrap();
    assert!(content_type.starts_with("multipart/form-data; boundary="));
    assert_eq!(request.headers()["accept"], "text/plain, */*;q=0.5");
    let accept = |request: Result<http::Request<Body>, Error>| {
        request.unwrap().headers()["accept"]
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(accept(client.download().prepare()), "*/*");
    assert_eq!(accept(client.watch().prepare()), "text/event-stream");
    assert_eq!(
        accept(client.export().prepare()),
        "application/x-ndjson, */*;q=0.5"
    );
    let _ = (
        client.put_stream("a"),
        client.put_stream(Body::empty()),
        client.patch_stream().content(vec![1]),
        client.watch().reconnecting(),
        client.watch_text().reconnecting(),
        client.list_linked().items(),
        client.list_linked_inside().pages(),
        client.list_by_url().items(),
        client.list_numbered().page(2).items(),
        client.list_from_zero().items(),
        client.list_by_offset().start(5).items(),
        client.list_flagged().items(),
    );

    let find = |name| STREAMS.iter().find(|meta| meta.name() == name).unwrap();
    let parts = find("post_parts");
    assert!(parts.multipart() && parts.idempotent());
    assert_eq!(parts.idempotency_key(), Some("Idempotency-Key"));
    assert_eq!(parts.kind(), ResponseKind::Text);
    let shapes: Vec<_> = parts.params().iter().map(|param| param.shape()).collect();
    assert_eq!(
        shapes,
        [
            Shape::Plain,
            Shape::Plain,
            Shape::Repeated,
            Shape::File,
            Shape::Files
        ]
    );
    assert!(
        parts
            .params()
            .iter()
            .all(|param| param.place() == Place::Part)
    );
    assert!(!find("patch_stream").idempotent());
    assert_eq!(
        find("patch_stream").params()[0].shape(),
        Shape::Bytes("image/png")
    );
    let next = |name| find(name).page().unwrap().next();
    assert_eq!(next("list_linked"), NextPage::Link);
    assert!(matches!(
        next("list_by_url"),
        NextPage::Url {
            member: ["links", "next"],
            ..
        }
    ));
    assert!(matches!(
        next("list_numbered"),
        NextPage::Number {
            param: 0,
            first: 1,
            ..
        }
    ));
    assert!(matches!(
        next("list_from_zero"),
        NextPage::Number { first: 0, .. }
    ));
    assert!(matches!(
        next("list_by_offset"),
        NextPage::Offset { param: 0, .. }
    ));
    assert_eq!(
        find("list_flagged").page().unwrap().more(),
        Some(&["more"][..])
    );
}

#[test]
fn rare_keys() {
    let client = Client::builder("http://localhost:1")
        .server("uploads", "http://localhost:2/v2")
        .build()
        .unwrap();
    let filter = || Filter {
        since: None,
        tags: Vec::new(),
    };
    let ask = client.ask("x y/z").prepare().unwrap();
    assert_eq!(
        (ask.method().as_str(), ask.uri().to_string().as_str()),
        ("OPTIONS", "http://localhost:2/v2/a/x%20y/z/b")
    );
    assert_eq!(ask.headers()["x-version"], "2");
    assert_eq!(ask.headers()["accept"], "application/vnd.a+json");
    let list = client
        .list([1, 2], ["a/b"], ["c"])
        .created([("gte".to_owned(), 1)])
        .version(3);
    let list = list.prepare().unwrap();
    assert_eq!(
        list.uri().to_string(),
        "http://localhost:2/v2/a/1,2/a%2Fb?created%5Bgte%5D=1&expand%5B0%5D=c"
    );
    assert_eq!(list.headers()["x-version"], "3");
    let body = |request: http::Request<Body>| {
        String::from_utf8(request.into_body().as_bytes().unwrap().to_vec()).unwrap()
    };
    let post = client.post(1, ["a"]).others([1, 2]);
    let post = post.more([("z".to_owned(), 1)]).prepare().unwrap();
    assert_eq!(post.uri(), "http://localhost:1/a/1");
    assert_eq!(
        body(post),
        r#"{"action":"close","depth":-1,"share":0.5,"loud":true,"note":"a \"b\"\u000a","ids":"a","to":"1,2","z":1}"#
    );
    let maybe = client.post_maybe(1, filter()).options([["a"]]);
    assert_eq!(
        body(maybe.items([[1, 2]]).prepare().unwrap()),
        r#"{"options":[["a"]],"items":[[1,2]],"since":null,"tags":[]}"#
    );
    let form = client.post_form([filter()], filter()).prepare();
    assert_eq!(body(form.unwrap()), "kind=x");
    assert_eq!(body(client.post_constant().prepare().unwrap()), "kind=x");

    let limits = |index: usize| -> Vec<String> {
        let limits = FORMS[index].limits().iter();
        limits.map(ToString::to_string).collect()
    };
    assert_eq!(limits(0), ["100/s", "10000/day", "1000/h per app"]);
    assert_eq!(limits(1), ["5/s"]);
    assert_eq!(FORMS[1].lockout(), cliq_api::Lockout::None);
    let buckets: Vec<_> = FORMS.iter().map(|meta| meta.bucket()).collect();
    assert_eq!(buckets[..4], [Some("all"), None, None, Some("posts")]);
}
