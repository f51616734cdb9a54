//! What declarations mean, without the code that they become.

use proc_macro2::TokenStream;
use quote::quote;

use super::answer::Decode;
use super::argument::Encoding;
use super::wire::{Way, Wire};
use super::{Api, Endpoint, check};
use crate::errors::Errors;
use crate::parse;
use crate::parse::values::Lock;
use crate::text::units::Rate;

/// The checked trait, and the first line of each message.
fn checked(args: TokenStream, item: &TokenStream) -> (Api, Vec<String>) {
    let errors = Errors::default();
    let written = parse::read(args, item, &errors).expect("it is a trait");
    let api = check(written);
    let first_line = |message: String| message.lines().next().unwrap_or_default().to_owned();
    let messages = errors.messages().into_iter().map(first_line).collect();
    (api, messages)
}

/// A trait without errors.
#[track_caller]
fn sound(args: TokenStream, members: &TokenStream) -> Api {
    let (api, messages) = checked(args, &quote!(trait Api { #members }));
    assert_eq!(messages, Vec::<String>::new());
    assert!(api.is_sound);
    api
}

#[track_caller]
fn messages(members: &TokenStream) -> Vec<String> {
    checked(TokenStream::new(), &quote!(trait Api { #members })).1
}

fn wire(endpoint: &Endpoint) -> &Wire {
    endpoint.wire.as_ref().expect("it has no error")
}

#[test]
fn an_argument_goes_where_its_attribute_or_its_name_says() {
    let api = sound(
        TokenStream::new(),
        &quote! {
            #[endpoint(POST "/<A>/<B>", form)]
            fn post(
                &self,
                #[query(csv)] fields: Option<Vec<u8>>,
                b: String,
                #[header("X-C")] c: bool,
                #[path("A")] first: u8,
                #[field] d: Vec<String>,
                #[field("renamed")] e: Option<u8>,
                #[query(flatten)] f: Filter,
                #[query] g: Vec<u8>,
            );
        },
    );
    let args = &api.endpoints[0].surface.args;
    let sent: Vec<_> = args
        .iter()
        .map(|arg| {
            let sent = arg.sent.as_ref().expect("it has a place");
            (sent.name.as_str(), sent.encoding.clone(), sent.position)
        })
        .collect();
    assert_eq!(
        sent,
        [
            ("fields", Encoding::QueryCsv, 2),
            ("B", Encoding::Path, 1),
            ("X-C", Encoding::Header, 3),
            ("A", Encoding::Path, 0),
            ("d", Encoding::FormRepeated, 4),
            ("renamed", Encoding::FormField, 5),
            ("f", Encoding::QueryFlatten, 6),
            ("g", Encoding::QueryRepeated, 7),
        ]
    );
    let optional: Vec<bool> = args.iter().map(|arg| arg.value.optional).collect();
    assert_eq!(
        optional,
        [true, false, false, false, false, true, false, false]
    );
}

#[test]
fn without_a_form_fields_are_json() {
    let api = sound(
        TokenStream::new(),
        &quote! {
            #[endpoint(POST "/a")]
            fn post(&self, #[field] a: Vec<Vec<u8>>);
            #[endpoint(PUT "/a")]
            fn put(&self, #[body(bytes, content_type = "image/png")] a: Vec<u8>);
        },
    );
    let encoding = |index: usize| {
        let sent = api.endpoints[index].surface.args[0].sent.as_ref();
        sent.map(|sent| sent.encoding.clone())
    };
    assert_eq!(encoding(0), Some(Encoding::Field));
    assert_eq!(encoding(1), Some(Encoding::BodyBytes("image/png".into())));
}

#[test]
fn keys_of_the_trait_hold_where_a_method_has_none() {
    let api = sound(
        quote!(
            base = "/v3",
            scope_prefix = "Acme",
            limit = "20/min",
            lock = "10m"
        ),
        &quote! {
            #[endpoint(GET "/a", scope = "A.READ")]
            fn inherits(&self);
            #[endpoint(GET "/b", base = "/v1", limit = "5/h")]
            fn overrides(&self);
            #[endpoint(GET "/c", limit = none)]
            fn drops(&self);
        },
    );
    let wires: Vec<&Wire> = api.endpoints.iter().map(wire).collect();
    let limit = |calls, seconds| {
        vec![Rate {
            calls,
            seconds,
            per_app: false,
        }]
    };
    assert_eq!(wires[0].base, "/v3");
    assert_eq!(
        wires[0].scopes.as_ref().map(|scopes| scopes.names.clone()),
        Some(vec!["Acme.A.READ".to_owned()])
    );
    assert_eq!(
        (&wires[0].limits, wires[0].lock),
        (&limit(20, 60), Some(Lock::Seconds(600)))
    );
    assert_eq!(wires[1].base, "/v1");
    assert_eq!(
        (&wires[1].limits, wires[1].lock),
        (&limit(5, 3600), Some(Lock::Seconds(600)))
    );
    assert_eq!((&wires[2].limits, wires[2].lock), (&vec![], None));
}

#[test]
fn what_may_be_sent_twice_follows_from_the_method() {
    let api = sound(
        TokenStream::new(),
        &quote! {
            #[endpoint(PUT "/a")]
            fn put(&self);
            #[endpoint(POST "/a")]
            fn post(&self);
            #[endpoint(PATCH "/a", idempotent)]
            fn patch(&self);
            #[endpoint(DELETE "/a", idempotent = false)]
            fn delete(&self);
        },
    );
    let idempotent: Vec<bool> = api
        .endpoints
        .iter()
        .map(|endpoint| wire(endpoint).idempotent)
        .collect();
    assert_eq!(idempotent, [true, false, true, false]);
}

#[test]
fn the_return_type_decides_how_the_answer_is_decoded() {
    let api = sound(
        TokenStream::new(),
        &quote! {
            #[endpoint(GET "/a")]
            fn json(&self) -> Option<Item>;
            #[endpoint(GET "/b")]
            fn raw(&self) -> cliq_api::Bytes;
            #[endpoint(GET "/c")]
            fn ignored(&self) -> ();
            #[endpoint(GET "/d/<ID>", page(items = "data.items", token = "meta.next"))]
            fn paged(&self, id: u8, #[query] a: u8, #[query] next: Option<String>) -> Page<Item>;
            #[endpoint(GET "/e")]
            fn text(&self) -> cliq_api::Text;
            #[endpoint(GET "/f")]
            fn download(&self) -> Download;
            #[endpoint(GET "/g")]
            fn events(&self) -> Events<Item>;
            #[endpoint(GET "/h")]
            fn lines(&self) -> JsonLines<Item>;
            #[endpoint(GET "/i")]
            fn own(&self) -> Events;
        },
    );
    let decoded: Vec<Decode> = api
        .endpoints
        .iter()
        .map(|endpoint| endpoint.surface.answer.decode)
        .collect();
    assert_eq!(
        decoded,
        [
            Decode::Json,
            Decode::Raw,
            Decode::Ignored,
            Decode::Paged,
            Decode::Text,
            Decode::Download,
            Decode::Events,
            Decode::JsonLines,
            Decode::Json,
        ]
    );
    let page = wire(&api.endpoints[3]).page.as_ref();
    assert!(matches!(page.unwrap().way, Way::Token { param: 2, .. }));
}

#[test]
fn ways_of_paging() {
    let api = sound(
        TokenStream::new(),
        &quote! {
            #[endpoint(GET "/a", page(next = link))]
            fn by_link(&self) -> Page<Item>;
            #[endpoint(GET "/b", page(items = "data", next = "links.next"))]
            fn by_url(&self) -> Page<Item>;
            #[endpoint(GET "/c", page(number = "p"))]
            fn by_number(&self, #[query] a: u8, #[query("p")] page: Option<u32>) -> Page<Item>;
            #[endpoint(GET "/d", page(items = "data", offset = "start", more = "has_more"))]
            fn by_offset(&self, #[query] start: Option<u64>) -> Page<Item>;
        },
    );
    let page = |index: usize| wire(&api.endpoints[index]).page.as_ref().unwrap();
    assert!(matches!(page(0).way, Way::Link) && page(0).items.is_empty());
    assert!(matches!(&page(1).way, Way::Url { member } if *member == ["links", "next"]));
    assert!(matches!(page(2).way, Way::Number { param: 1, first: 1 }));
    assert!(matches!(page(3).way, Way::Offset { param: 0 }));
    assert_eq!(page(3).more.as_deref(), Some(&["has_more".to_owned()][..]));
}

#[test]
fn a_key_makes_a_call_idempotent_unless_it_is_said_not_to_be() {
    let api = sound(
        TokenStream::new(),
        &quote! {
            #[endpoint(POST "/a", idempotency_key = "Idempotency-Key")]
            fn keyed(&self);
            #[endpoint(POST "/b", idempotency_key = "Idempotency-Key", idempotent = false)]
            fn once(&self);
        },
    );
    assert!(wire(&api.endpoints[0]).idempotent);
    assert!(!wire(&api.endpoints[1]).idempotent);
}

#[test]
fn parts_are_values_or_files_by_their_types() {
    let api = sound(
        TokenStream::new(),
        &quote! {
            #[endpoint(POST "/a", multipart)]
            fn post(
                &self,
                #[part] a: String,
                #[part] b: Option<Vec<u32>>,
                #[part] c: Part,
                #[part] d: Vec<cliq_api::Part>,
            );
        },
    );
    let encodings = api.endpoints[0].surface.args.iter();
    let encodings: Vec<_> = encodings
        .map(|arg| arg.sent.as_ref().unwrap().encoding.clone())
        .collect();
    let expected = [
        Encoding::Part,
        Encoding::PartRepeated,
        Encoding::PartFile,
        Encoding::PartFiles,
    ];
    assert_eq!(encodings, expected);
}

#[test]
fn several_limits_buckets_and_constants() {
    let api = sound(
        quote!(
            limit = ["100/s", "1000/h per app"],
            lock = "1h",
            bucket = "all",
            server = "uploads",
            header("X-A" = "1", "X-B" = "2")
        ),
        &quote! {
            #[endpoint(GET "/a/<ID>")]
            fn inherits(&self, id: u8);
            #[endpoint(GET "/a/<NAME>", limit = "5/s", lock = none, server = none)]
            fn apart(&self, name: String);
            #[endpoint(GET "/a/<ANY>", bucket = "other", header("x-b" = "3"), header("X-C" = "4"))]
            fn other(&self, any: String);
        },
    );
    let wires: Vec<&Wire> = api.endpoints.iter().map(wire).collect();
    let limit = |calls, seconds, per_app| Rate {
        calls,
        seconds,
        per_app,
    };
    let both = [limit(100, 1, false), limit(1000, 3600, true)];
    let bucket = |index: usize| wires[index].bucket.as_deref();
    assert_eq!((&wires[0].limits[..], bucket(0)), (&both[..], Some("all")));
    assert_eq!(
        (&wires[1].limits[..], bucket(1)),
        (&[limit(5, 1, false)][..], None)
    );
    assert_eq!(
        (&wires[2].limits[..], bucket(2)),
        (&both[..], Some("other"))
    );
    assert_eq!(wires[0].lock, Some(Lock::Seconds(3600)));
    assert_eq!(wires[1].lock, Some(Lock::None));
    assert_eq!(wires[0].server.as_deref(), Some("uploads"));
    assert_eq!(wires[1].server, None);
    let headers = |index: usize| -> Vec<String> {
        let headers = wires[index].headers.iter();
        headers
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    };
    assert_eq!(headers(0), ["X-A=1", "X-B=2"]);
    assert_eq!(headers(2), ["X-A=1", "x-b=3", "X-C=4"]);
}

#[test]
fn an_error_leaves_out_its_endpoint_and_no_other() {
    let (api, messages) = checked(
        TokenStream::new(),
        &quote! {
            trait Api {
                #[endpoint(GET "/a", limit = "often")]
                fn broken(&self, #[query] a: Option<u8>) -> String;
                #[endpoint(GET "/b")]
                fn beside(&self);
                fn call(&self) {}
                fn both(&self) -> u8 { 1 }
            }
        },
    );
    assert_eq!(
        messages,
        [
            "`broken`: invalid limit `\"often\"`",
            "`call`: method name `call` is reserved for the client"
        ]
    );
    assert!(api.endpoints[0].wire.is_none() && api.endpoints[1].wire.is_some());
    assert!(api.endpoints[0].surface.args[0].value.optional);
    assert_eq!(api.others.len(), 1);
    assert!(api.is_sound, "the trait itself has no error");
}

#[test]
fn an_error_of_the_trait_leaves_its_endpoints_whole() {
    let (api, messages) = checked(
        quote!(bas = "/v1"),
        &quote! {
            trait Api: Send {
                #[endpoint(GET "/b")]
                fn get(&self);
            }
        },
    );
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(!api.is_sound && api.endpoints[0].wire.is_some());
}

#[test]
fn consequences_are_not_reported() {
    for (members, cause) in [
        // The argument may be for the placeholder.
        (
            quote!(
                #[endpoint(GET "/a/<ID>")]
                fn get(&self, #[pth("ID")] id: u8);
            ),
            "`get`: unknown attribute `#[pth]` on an argument",
        ),
        // `page` may be hidden behind the missing comma.
        (
            quote!(
                #[endpoint(GET "/a", lock = "5m" page(items = "a", token = "b"))]
                fn get(&self) -> Page<u8>;
            ),
            "`get`: expected `,` before `page`",
        ),
        // The limit may be what is misspelt.
        (
            quote!(
                #[endpoint(GET "/a", lmit = "20/min", lock = "5m")]
                fn get(&self);
            ),
            "`get`: unknown key `lmit` in `#[endpoint(…)]`",
        ),
        // Arguments can't be checked without a path.
        (
            quote!(
                #[endpoint(GET "a")]
                fn get(&self, id: u8);
            ),
            "`get`: the path must begin with `/`",
        ),
        // The token's argument may be the one that can't be read.
        (
            quote!(
                #[endpoint(GET "/a", page(items = "a", token = "b"))]
                fn get(&self, #[query(optional)] b: Option<u8>) -> Page<u8>;
            ),
            "`get`: unknown option `optional` in `#[query(…)]`",
        ),
    ] {
        assert_eq!(messages(&members), [cause], "{members}");
    }
}

#[test]
fn the_body_of_a_composition_is_not_read() {
    let api = sound(
        TokenStream::new(),
        &quote! {
            fn both(&self) -> u8 { let x = ; if }
        },
    );
    assert!(api.endpoints.is_empty());
    assert!(api.others[0].to_string().contains("let x = ; if"));
}
