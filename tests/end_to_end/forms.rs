//! Rare forms of requests, as they arrive: constants, nested forms, segments, optional bodies,
//! other servers.

use std::collections::BTreeMap;

use cliq_api::prelude::*;
use cliq_api::{DynamicCall, ErrorKind, Lockout, Place, RequestExt, Sent, Shape};
use cliq_sandbox::StubServer;
use serde::Serialize;
use serde_json::json;

use crate::listener::{Listener, json as answer};

#[endpoints(header("X-Api-Version" = "2022-11-28", "Accept" = "application/vnd.api+json"))]
trait Forms {
    /// Reads
    /// a file.
    ///
    /// Whatever it is.
    #[endpoint(GET "/repos/<OWNER>/contents/<PATH..>")]
    fn read_file(
        &self,
        owner: String,
        /// Where it is.
        path: String,
    );
    #[endpoint(GET "/repos/<OWNER>/contents/readme")]
    fn read_readme(&self, owner: String);
    #[endpoint(GET "/trees/<PATH..>/raw")]
    fn read_tree(&self, path: Vec<String>);
    #[endpoint(GET "/users/<ID>")]
    fn list_users(&self, #[path("ID", csv)] ids: Vec<u32>);
    #[endpoint(OPTIONS "/users", header("x-api-version" = "2"))]
    fn ask_users(&self, #[header("X-Mine")] mine: Option<String>);
    #[endpoint(GET "/versions")]
    fn read_version(&self, #[header("X-Api-Version")] version: Option<String>);

    #[endpoint(PATCH "/issues/<ID>", field("state" = "closed", "depth" = -1, "loud" = true, "share" = 0.5))]
    fn close_issue(&self, id: u32, #[field] note: Option<String>);
    #[endpoint(PATCH "/issues/<ID>", field("state" = "open"))]
    fn reopen_issue(&self, id: u32, #[field] note: Option<String>);
    #[endpoint(POST "/messages")]
    fn send_message(
        &self,
        #[field] text: String,
        #[field(csv)] to: Vec<String>,
        #[field(csv)] cc: Option<Vec<u32>>,
        #[field(flatten)] more: Option<BTreeMap<String, serde_json::Value>>,
    );
    #[endpoint(POST "/forms/messages", form, field("kind" = "a b", "n" = 1))]
    fn send_form(
        &self,
        #[field] text: Option<String>,
        #[field(csv)] to: Option<Vec<String>>,
        #[field(flatten)] more: Option<BTreeMap<String, String>>,
    );
    #[endpoint(POST "/charges", form = nested)]
    fn create_charge(
        &self,
        #[field] amount: u32,
        #[field] items: Vec<Line>,
        #[field] metadata: Option<BTreeMap<String, String>>,
        #[field(flatten)] more: Option<BTreeMap<String, Vec<u8>>>,
    );
    #[endpoint(GET "/charges")]
    fn list_charges(
        &self,
        #[query(deep)] created: Option<Range>,
        #[query("expand", deep)] expanded: Option<Vec<String>>,
    );
    #[endpoint(GET "/charges/of")]
    fn list_charges_of(&self, #[query(deep)] ids: Vec<u32>);
    #[endpoint(PUT "/members/<ID>", body = optional)]
    fn add_member(
        &self,
        id: u32,
        #[field] role: Option<String>,
        #[field(csv)] teams: Option<Vec<String>>,
        #[field(flatten)] more: BTreeMap<String, u8>,
    );

    #[endpoint(POST "/rows")]
    fn append_rows(&self, #[field] rows: Vec<Vec<String>>, #[field] ids: Option<Vec<Vec<u32>>>);
    #[endpoint(POST "/polls")]
    fn create_poll(
        &self,
        #[field] send: String,
        #[field] options: Option<Vec<String>>,
        #[field] items: Option<u8>,
    );
    #[endpoint(POST "/events")]
    fn record_event(&self, #[body] event: Event);

    #[endpoint(POST "/assets", server = "uploads")]
    fn upload_asset(&self, #[body(bytes)] asset: Bytes);
}

#[derive(Clone, Serialize)]
struct Line {
    price: String,
    tags: Vec<String>,
}

#[derive(Clone, Serialize)]
struct Range {
    gte: Option<u32>,
    lt: Option<u32>,
}

#[derive(Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    Opened { by: String },
    Closed,
}

fn dynamic(client: &Client, name: &str) -> DynamicCall {
    let endpoint = FORMS.iter().find(|endpoint| endpoint.name() == name);
    client.call(endpoint.unwrap())
}

fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").unwrap().1
}

fn target(request: &str) -> &str {
    request.split(" HTTP").next().unwrap()
}

/// Sends both calls, which must make the same request, and returns it.
async fn same<R: RequestExt>(listener: &Listener, call: R, by_metadata: DynamicCall) -> String {
    call.send().await.unwrap();
    by_metadata.send().await.unwrap();
    let mut asked = listener.asked();
    let (second, first) = (asked.pop().unwrap(), asked.pop().unwrap());
    assert_eq!(first, second);
    first
}

#[tokio::test]
async fn constant_headers_are_sent_and_the_closest_wins() {
    let listener = Listener::answering([answer("200 OK", "")]).await;
    let builder = listener.client_builder();
    let client = builder
        .default_header("X-Api-Version", "of the client")
        .default_header("X-Mine", "of the client")
        .build()
        .unwrap();
    let request = same(
        &listener,
        client.read_version(),
        dynamic(&client, "read_version"),
    )
    .await;
    for line in [
        "x-api-version: 2022-11-28",
        "accept: application/vnd.api+json",
        "x-mine: of the client",
    ] {
        assert!(request.contains(&format!("{line}\r\n")), "{request}");
    }
    assert_eq!(request.matches("x-api-version").count(), 1);
    let call = dynamic(&client, "ask_users");
    let request = same(&listener, client.ask_users(), call).await;
    assert!(request.starts_with("OPTIONS /users HTTP"), "{request}");
    assert!(request.contains("x-api-version: 2\r\n"), "{request}");
    assert!(request.contains("accept: application/vnd.api+json\r\n"));

    client.read_version().version("of the call").await.unwrap();
    let call = client.read_version().version("of the call");
    let options = call.options(|options| options.header("X-Api-Version", "of the options"));
    options.await.unwrap();
    let asked = listener.asked();
    let [.., by_argument, by_options] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    assert!(by_argument.contains("x-api-version: of the call\r\n"));
    assert!(by_options.contains("x-api-version: of the options\r\n"));
}

#[tokio::test]
async fn several_segments_and_lists_in_a_path() {
    let listener = Listener::answering([answer("200 OK", "")]).await;
    let client = listener.client();
    let call = dynamic(&client, "read_file").set("OWNER", "a/b");
    let request = same(
        &listener,
        client.read_file("a/b", "src/main x.rs"),
        call.clone().set("PATH", "src/main x.rs"),
    )
    .await;
    assert_eq!(
        target(&request),
        "GET /repos/a%2Fb/contents/src/main%20x.rs"
    );
    let request = same(
        &listener,
        client.read_tree(["a/b", "c"]),
        dynamic(&client, "read_tree").set("PATH", &["a/b", "c"]),
    )
    .await;
    assert_eq!(target(&request), "GET /trees/a%2Fb/c/raw");
    let request = same(
        &listener,
        client.list_users([1, 2]),
        dynamic(&client, "list_users").set("ID", &[1, 2]),
    )
    .await;
    assert_eq!(target(&request), "GET /users/1,2");

    let sent = listener.asked().len();
    let none: [&str; 0] = [];
    let mut errors = Vec::new();
    for path in ["", "/a", "a//b", "a/", ".", "a/../b", ".."] {
        errors.push(client.read_file("a", path).await.unwrap_err());
        errors.push(call.clone().set("PATH", path).await.unwrap_err());
    }
    errors.push(client.read_tree(none).await.unwrap_err());
    errors.push(client.read_tree(["a", ""]).await.unwrap_err());
    errors.push(client.list_users([]).await.unwrap_err());
    for error in errors {
        assert_eq!(
            (error.kind(), error.sent()),
            (ErrorKind::InvalidRequest, Sent::No)
        );
        assert!(error.to_string().contains("change the path"), "{error}");
    }
    assert_eq!(listener.asked().len(), sent);
}

#[tokio::test]
async fn constant_and_joined_and_flattened_fields() {
    let listener = Listener::answering([answer("200 OK", "")]).await;
    let client = listener.client();
    let request = same(
        &listener,
        client.close_issue(1).note("n"),
        dynamic(&client, "close_issue")
            .set("ID", &1)
            .set("note", "n"),
    )
    .await;
    assert_eq!(
        body(&request),
        r#"{"state":"closed","depth":-1,"loud":true,"share":0.5,"note":"n"}"#
    );
    let more = BTreeMap::from([("x", json!([1])), ("y", json!(null))]);
    let request = same(
        &listener,
        client.send_message("t", ["a", "b"]).cc([1, 2]).more(
            more.clone()
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v))
                .collect::<BTreeMap<_, _>>(),
        ),
        dynamic(&client, "send_message")
            .set("text", "t")
            .set("to", &["a", "b"])
            .set("cc", &[1, 2])
            .set("more", &more),
    )
    .await;
    assert_eq!(
        body(&request),
        r#"{"text":"t","to":"a,b","cc":"1,2","x":[1],"y":null}"#
    );
    let more = BTreeMap::from([("x".to_owned(), "ü".to_owned())]);
    let request = same(
        &listener,
        client
            .send_form()
            .text("t")
            .to(["a", "b"])
            .more(more.clone()),
        dynamic(&client, "send_form")
            .set("text", "t")
            .set("to", &["a", "b"])
            .set("more", &more),
    )
    .await;
    assert_eq!(body(&request), "kind=a%20b&n=1&text=t&to=a,b&x=%C3%BC");
    assert!(request.contains("content-type: application/x-www-form-urlencoded\r\n"));

    let sent = listener.asked().len();
    let none: [&str; 0] = [];
    let own = BTreeMap::from([("text".to_owned(), json!("other"))]);
    for (error, words) in [
        (
            client.send_message("t", none).await.unwrap_err(),
            "is empty",
        ),
        (
            client.send_message("t", ["a,b"]).await.unwrap_err(),
            "comma",
        ),
        (
            client.send_message("t", ["a"]).more(own).await.unwrap_err(),
            "the member `text` is a field of its own",
        ),
        (
            client
                .send_form()
                .more(BTreeMap::from([("kind".to_owned(), "k".to_owned())]))
                .await
                .unwrap_err(),
            "the member `kind` is a field of its own",
        ),
    ] {
        assert_eq!(
            (error.kind(), error.sent()),
            (ErrorKind::InvalidRequest, Sent::No)
        );
        assert!(error.to_string().contains(words), "{error}");
    }
    assert_eq!(listener.asked().len(), sent);
}

#[tokio::test]
async fn brackets_in_forms_and_queries() {
    let listener = Listener::answering([answer("200 OK", "")]).await;
    let client = listener.client();
    let line = |price: &str, tags: &[&str]| Line {
        price: price.into(),
        tags: tags.iter().map(ToString::to_string).collect(),
    };
    let lines = [line("p", &["a", "b"]), line("q", &[])];
    let metadata = BTreeMap::from([("k".to_owned(), "v w".to_owned())]);
    let more = BTreeMap::from([("z".to_owned(), vec![7_u8])]);
    let request = same(
        &listener,
        client
            .create_charge(5, lines.clone())
            .metadata(metadata.clone())
            .more(more.clone()),
        dynamic(&client, "create_charge")
            .set("amount", &5)
            .set("items", &lines)
            .set("metadata", &metadata)
            .set("more", &more),
    )
    .await;
    let sent = body(&request).replace("%5B", "[").replace("%5D", "]");
    assert_eq!(
        sent,
        "amount=5&items[0][price]=p&items[0][tags][0]=a&items[0][tags][1]=b&items[1][price]=q&metadata[k]=v%20w&z[0]=7"
    );
    let range = Range {
        gte: Some(1),
        lt: None,
    };
    let request = same(
        &listener,
        client
            .list_charges()
            .created(range.clone())
            .expanded(["a", "b"]),
        dynamic(&client, "list_charges")
            .set("created", &range)
            .set("expand", &["a", "b"]),
    )
    .await;
    let sent = target(&request).replace("%5B", "[").replace("%5D", "]");
    assert_eq!(sent, "GET /charges?created[gte]=1&expand[0]=a&expand[1]=b");
    client
        .list_charges()
        .created(Range {
            gte: None,
            lt: None,
        })
        .await
        .unwrap();
    assert_eq!(target(&listener.asked()[4]), "GET /charges");

    let error = client.list_charges_of([]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("list is empty"), "{error}");
    let error = client
        .create_charge(5, Vec::<Line>::new())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("list is empty"), "{error}");
    assert_eq!(listener.asked().len(), 5);
}

#[tokio::test]
async fn a_body_without_values_is_omitted() {
    let listener = Listener::answering([answer("200 OK", "")]).await;
    let client = listener.client();
    let none = BTreeMap::new();
    let call = || dynamic(&client, "add_member").set("ID", &1);
    let request = same(
        &listener,
        client.add_member(1, none.clone()),
        call().set("more", &none),
    )
    .await;
    assert_eq!(body(&request), "");
    assert!(!request.contains("content-type"), "{request}");
    let one = BTreeMap::from([("x".to_owned(), 1)]);
    let request = same(
        &listener,
        client.add_member(1, one.clone()),
        call().set("more", &one),
    )
    .await;
    assert_eq!(body(&request), r#"{"x":1}"#);
    let request = same(
        &listener,
        client.add_member(1, none.clone()).role("r"),
        call().set("more", &none).set("role", "r"),
    )
    .await;
    assert_eq!(body(&request), r#"{"role":"r"}"#);
}

#[tokio::test]
async fn lists_of_lists_arguments_of_any_name_and_tagged_enums() {
    let listener = Listener::answering([answer("200 OK", "")]).await;
    let client = listener.client();
    client
        .append_rows([["a", "b"]])
        .ids([[1, 2]])
        .await
        .unwrap();
    client
        .append_rows(vec![vec!["a".to_owned()], Vec::new()])
        .await
        .unwrap();
    let call = client.create_poll("now").options(["yes", "no"]).items(2);
    // The builder's own method remains available.
    let call = RequestExt::options(call, |options| options.header("X-Request-Id", "7"));
    call.await.unwrap();
    let by = "ryan".to_owned();
    client.record_event(Event::Opened { by }).await.unwrap();
    client.record_event(Event::Closed).await.unwrap();
    let asked = listener.asked();
    let bodies: Vec<_> = asked.iter().map(|request| body(request)).collect();
    assert_eq!(
        bodies,
        [
            r#"{"rows":[["a","b"]],"ids":[[1,2]]}"#,
            r#"{"rows":[["a"],[]]}"#,
            r#"{"send":"now","options":["yes","no"],"items":2}"#,
            r#"{"type":"opened","by":"ryan"}"#,
            r#"{"type":"closed"}"#,
        ]
    );
    assert!(asked[2].contains("x-request-id: 7\r\n"));
}

#[tokio::test]
async fn another_server_has_its_url_from_the_client() {
    let (api, uploads) = (
        Listener::answering([answer("200 OK", "")]).await,
        Listener::answering([answer("200 OK", "")]).await,
    );
    let unmapped = api.client();
    for error in [
        unmapped.upload_asset("a").await.unwrap_err(),
        dynamic(&unmapped, "upload_asset")
            .body("a")
            .await
            .unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.sent()),
            (ErrorKind::Configuration, Sent::No)
        );
        assert!(error.to_string().contains("no server `uploads`"), "{error}");
    }
    let base_url = format!("{}/v2", uploads.base_url());
    let client = api.client_builder().server("uploads", base_url);
    let client = client.build().unwrap();
    let request = same(
        &uploads,
        client.upload_asset("a"),
        dynamic(&client, "upload_asset").body("a"),
    )
    .await;
    assert_eq!(target(&request), "POST /v2/assets");
    assert!(request.contains("authorization: Bearer 1000.canary-token\r\n"));
    assert!(api.asked().is_empty());
}

#[test]
fn the_metadata_is_complete() {
    let find = |name: &str| *FORMS.iter().find(|it| it.name() == name).unwrap();
    let read = find("read_file");
    assert_eq!(read.summary(), "Reads a file.");
    assert_eq!(read.params()[1].summary(), "Where it is.");
    assert_eq!(read.params()[1].name(), "PATH");
    assert_eq!(read.params()[1].shape(), Shape::Segments);
    assert_eq!(read.headers()[0], ("X-Api-Version", "2022-11-28"));
    assert_eq!(read.to_string(), "GET /repos/<OWNER>/contents/<PATH..>");
    assert_eq!(read.lockout(), Lockout::Undeclared);
    assert!(read.response_schema().is_none());
    assert!(read.param_schema(0).is_none());
    assert_eq!(
        find("close_issue").fields(),
        [
            ("state", r#""closed""#),
            ("depth", "-1"),
            ("loud", "true"),
            ("share", "0.5")
        ]
    );
    assert_eq!(find("upload_asset").server(), Some("uploads"));
    let charge = find("create_charge");
    assert!(charge.form() && charge.nested());
    assert_eq!(charge.params()[1].shape(), Shape::Deep);
    assert!(find("add_member").body_optional());
    let to = find("send_message").params()[1];
    assert_eq!((to.place(), to.shape()), (Place::Field, Shape::Csv));
}

/// Stubs of the test kit match these forms as well.
#[tokio::test]
async fn stubs_match_all_forms() {
    let server = StubServer::at("http://localhost/prefix").server("uploads");
    let client = server.client();
    server.on::<CloseIssueRequest>().path("ID", 1).reply(());
    server
        .on::<ReopenIssueRequest>()
        .field("note", "n")
        .reply(());
    client.close_issue(1).await.unwrap();
    client.reopen_issue(1).note("n").await.unwrap();
    assert_eq!(server.calls::<CloseIssueRequest>().len(), 1);

    server.on::<ReadReadmeRequest>().reply(());
    server
        .on::<ReadFileRequest>()
        .path("PATH", "a b/c")
        .reply(());
    server
        .on::<ReadFileRequest>()
        .path("PATH", "readme/x")
        .reply(());
    client.read_file("o", "a b/c").await.unwrap();
    client.read_file("o", "readme/x").await.unwrap();
    // The literal matches first, although its stub is older.
    client.read_readme("o").await.unwrap();
    assert_eq!(server.calls::<ReadFileRequest>().len(), 2);
    server
        .on::<ReadTreeRequest>()
        .path("PATH", ["a", "b"])
        .reply(());
    client.read_tree(["a", "b"]).await.unwrap();
    server.on::<ListUsersRequest>().path("ID", [1, 2]).reply(());
    client.list_users([1, 2]).await.unwrap();

    server
        .on::<SendMessageRequest>()
        .field("to", ["a", "b"])
        .field("more", json!({ "x": 1 }))
        .reply(());
    let more = BTreeMap::from([("x".to_owned(), json!(1))]);
    client
        .send_message("t", ["a", "b"])
        .more(more)
        .await
        .unwrap();
    server
        .on::<SendFormRequest>()
        .field("to", ["a", "b"])
        .field("more", json!({ "x": 1 }))
        .reply(());
    let more = BTreeMap::from([("x".to_owned(), "1".to_owned())]);
    client.send_form().to(["a", "b"]).more(more).await.unwrap();

    let lines = json!([{ "price": "p", "tags": ["a"] }]);
    server
        .on::<CreateChargeRequest>()
        .field("amount", 5)
        .field("items", &lines)
        .field("metadata", None::<u8>)
        .field("more", json!({ "z": [7] }))
        .reply(());
    let line = Line {
        price: "p".into(),
        tags: vec!["a".into()],
    };
    let more = BTreeMap::from([("z".to_owned(), vec![7])]);
    client.create_charge(5, [line]).more(more).await.unwrap();
    server
        .on::<ListChargesRequest>()
        .query("created", json!({ "gte": 1, "lt": null }))
        .query("expand", ["a"])
        .reply(());
    let range = Range {
        gte: Some(1),
        lt: None,
    };
    client
        .list_charges()
        .created(range)
        .expanded(["a"])
        .await
        .unwrap();
    server
        .on::<AddMemberRequest>()
        .field("role", None::<u8>)
        .reply(());
    client.add_member(1, BTreeMap::new()).await.unwrap();
    server.on::<UploadAssetRequest>().body("a").reply(());
    client.upload_asset("a").await.unwrap();
}

/// Values of all kinds.
///
/// And more of them.
#[endpoints]
trait Kinds {
    #[endpoint(POST "/kinds/<ID>")]
    fn send_kinds(
        &self,
        id: u64,
        #[query] name: String,
        #[query] ids: Option<Vec<u32>>,
        #[query] state: Option<State>,
        #[field] ratio: f64,
        #[field] is_open: Option<bool>,
        #[field] tags: Vec<String>,
        #[field] rows: Vec<Vec<String>>,
    );
}

#[derive(Serialize)]
enum State {
    #[expect(dead_code, reason = "what matters is the type")]
    Open,
}

#[test]
fn the_metadata_has_the_types_of_values() {
    use cliq_api::ValueType::{Boolean, Integer, Number, String, Unknown};

    let kinds = KINDS[0];
    assert_eq!(kinds.api_summary(), "Values of all kinds.");
    let types: Vec<_> = kinds
        .params()
        .iter()
        .map(|param| (param.name(), param.value_type(), param.is_list()))
        .collect();
    assert_eq!(
        types,
        [
            ("ID", Integer, false),
            ("name", String, false),
            ("ids", Integer, true),
            ("state", Unknown, false),
            ("ratio", Number, false),
            ("is_open", Boolean, false),
            ("tags", String, true),
            ("rows", Unknown, true),
        ]
    );
}
