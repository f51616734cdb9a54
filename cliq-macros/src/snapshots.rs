//! Whole expansions: `snapshots/*.rs`, blessed with `BLESS=1 cargo test -p cliq-macros`.

use std::path::PathBuf;
use std::{env, fs};

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use crate::driver;

#[track_caller]
fn check(name: &str, args: TokenStream, item: TokenStream) {
    let expansion = driver::endpoints(args.clone(), item.clone());
    assert_eq!(
        expansion.to_string(),
        driver::endpoints(args, item).to_string(),
        "it is the same every time"
    );
    let mut file: syn::File = syn::parse2(expansion).expect("it is well-formed Rust");
    // What editors complete is the same for all but one.
    let completions = file.items.remove(0);
    let is_const = matches!(&completions, syn::Item::Const(item) if item.ident == "_");
    assert!(is_const, "it comes first");
    if name == "completions" {
        file.items = vec![completions];
    }
    let made = prettyplease::unparse(&file);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("snapshots")
        .join(name)
        .with_extension("rs");
    if env::var_os("BLESS").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "{} differs; CONTRIBUTING.md describes how to bless it:\n{made}",
        path.display()
    );
}

#[test]
fn one_endpoint() {
    let args = quote!(
        base = "/api/v3",
        scope_prefix = "ZohoCliq",
        limit = "20/min",
        lock = "10m"
    );
    let item = quote! {
        /// Threads of Zoho Cliq.
        pub trait Threads {
            /// Follows a thread.
            #[endpoint(POST "/threads/<THREAD_CHAT_ID>/follow", scope = "Chats.UPDATE")]
            fn follow_thread(&self, thread_chat_id: ThreadChatId);
        }
    };
    check("one_endpoint", args, item);
}

#[test]
fn everything() {
    let args = quote!(crate = ::other::path, limit = "20/min");
    check("everything", args, full());
}

#[test]
fn streams() {
    let item = quote! {
        trait Files {
            #[endpoint(POST "/a", multipart, idempotency_key = "Idempotency-Key")]
            fn post(&self, #[part] a: String, #[part("b")] files: Option<Vec<Part>>) -> Text;

            #[endpoint(PUT "/b")]
            fn put(&self, #[body(stream, content_type = "image/png")] content: Body) -> Download;

            #[endpoint(GET "/c", page(number = "p", first = 0, more = "more", items = "data"))]
            fn list(&self, #[query("p")] page: Option<u32>) -> Page<Item>;

            #[endpoint(GET "/d", page(next = link))]
            fn list_linked(&self) -> Page<Item>;

            #[endpoint(GET "/e")]
            fn watch(&self) -> Events<Item>;
        }
    };
    check("streams", TokenStream::new(), item);
}

#[test]
fn after_errors() {
    let item = quote! {
        trait Broken {
            #[endpoint(GET "no/slash/<ID>", limit = "often")]
            fn get_it(
                &self,
                id: &str,
                #[query] a: Option<u8>,
                #[nonsense] b: Option<String>,
            ) -> Result<Vec<Item>, Error>;
            #[endpoint(GET "/beside")]
            fn beside(&self);
        }
    };
    check("after_errors", TokenStream::new(), item);
}

/// Keys, options and attributes that are being typed.
#[test]
fn completions() {
    let item = quote! {
        trait Api {
            #[endpoint(GET "/a", sc, page(it))]
            fn get(&self, #[query(cs)] a: Option<Vec<u8>>, #[qu] b: u8) -> Page<Item>;
        }
    };
    check("completions", quote!(ba), item);
}

/// What of a method that is being typed stays known.
#[test]
fn half_typed() {
    let item = quote! {
        trait Api {
            #[endpoint(GET "/a/<ID>")]
            fn get(&self, id: String, #[query] a Option<u8>) -> Vec<Item;
            #[endpoint(GET "/beside")]
            fn beside(&self);
            fn both(&self) -> (GetRequest, BesideRequest) {
                (self.get("a"), self.beside())
            }
        }
    };
    check("half_typed", TokenStream::new(), item);
}

/// Keys of the trait, and methods that override, drop or share them.
#[test]
fn defaults() {
    let args = quote!(
        base = "/api/v3",
        scope_prefix = "Acme",
        limit = "20/min",
        lock = "10m"
    );
    let item = quote! {
        pub trait Api {
            #[endpoint(GET "/first", scope = all("A.READ", "B.READ"))]
            fn first(&self);
            #[endpoint(GET "/overridden", base = "/v1", limit = "5/h", lock = "1h", timeout = "3s")]
            fn overridden(&self);
            #[endpoint(POST "/dropped", limit = none, idempotent)]
            fn dropped(&self);
            #[endpoint(GET "/shared/<ID>", limit = "10/min", lock = "1h")]
            fn shared(&self, id: u32);
            #[endpoint(GET "/shared/<NAME>")]
            fn shared_by_name(&self, name: String);
        }
    };
    check("defaults", args, item);
}

/// The keys and attributes that few declarations have.
#[test]
fn forms() {
    let args = quote!(
        limit = ["100/s", "10000/day per app"],
        bucket = "all",
        server = "uploads",
        header("X-Version" = "1", "X-Other" = "a"),
        schema
    );
    let item = quote! {
        pub trait Api {
            #[endpoint(OPTIONS "/a/<PATH..>")]
            fn inherits(&self, path: String);
            #[endpoint(
                POST "/b/<IDS>/<PATH..>",
                lock = none,
                bucket = none,
                server = none,
                header("x-version" = "2"),
                field("action" = "close", "depth" = -1, "share" = 01.5, "loud" = true),
                form = nested
            )]
            fn replaces(
                &self,
                #[path(csv)] ids: Vec<u32>,
                path: Vec<String>,
                /// How it is sorted.
                ///
                /// By nothing else.
                #[query(deep)]
                sort: Option<Sort>,
                #[field] items: Vec<Item>,
                #[field(flatten)] more: Option<Map>,
            ) -> Vec<Item>;
            /// Leaves
            /// things out.
            ///
            /// More words.
            #[endpoint(PUT "/c", body = optional, limit = "5/s")]
            fn optional(
                &self,
                #[field(csv)] ids: Option<Vec<String>>,
                #[field] rows: Option<Vec<Vec<String>>>,
            ) -> Item;
        }
    };
    check("forms", args, item);
}

/// Words of the user's, gates and deprecations, and where each of them is repeated.
#[test]
fn documented() {
    let item = quote! {
        /// An API.
        #[cfg_attr(docsrs, doc(cfg(feature = "api")))]
        pub trait Api {
            /// Finds things.
            ///
            /// ```
            /// let code = 1;
            /// ```
            #[cfg_attr(docsrs, doc(cfg(feature = "find")))]
            #[cfg_attr(feature = "old", deprecated)]
            #[expect(clippy::too_many_arguments)]
            #[endpoint(GET "/find/<ID>", limit = "1/s")]
            fn find(
                &self,
                /// Which.
                id: u32,
                /// How many.
                #[query]
                n: Option<u8>,
            ) -> Vec<Item>;
        }
    };
    check("documented", TokenStream::new(), item);
}

fn full() -> TokenStream {
    quote! {
        #[cfg(feature = "api")]
        pub(crate) trait Api {
            #[cfg(unix)]
            #[deprecated]
            #[endpoint(
                POST "/a/<ID>.json?constant=1",
                scope = any("A", "B"),
                base = "/v2",
                lock = "5m",
                bucket = "w",
                idempotent,
                timeout = "3s",
                page(items = "data.items", token = "meta.next", param = "cursor")
            )]
            fn list_it(
                &self,
                id: u32,
                #[query] a: Vec<String>,
                #[query(csv)] b: Option<Vec<u8>>,
                #[query(flatten)] c: Filter,
                #[header("X-D")] d: Option<bool>,
                /// Its words.
                #[field("e")]
                r#type: Option<Option<String>>,
                #[query] cursor: Option<String>,
            ) -> Page<Item>;

            #[endpoint(PUT "/b", form, response = "x.y", limit = none)]
            fn put_it(&self, #[field] a: String, #[field] b: Option<Vec<String>>) -> Option<Item>;

            #[endpoint(PUT "/c")]
            fn put_bytes(&self, #[body(bytes)] a: Bytes) -> Bytes;

            #[endpoint(PUT "/c", limit = "10/5min")]
            fn put_bytes_too(&self, #[body] a: Option<Item>) -> ();

            fn both(&self) -> (PutItRequest, PutItRequest) {
                (self.put_it("a"), self.put_it("b"))
            }
        }
    }
}

/// With `crate = ::other::path`, nothing is named but that, `core`, and what the user wrote.
#[test]
fn no_other_path_leaks() {
    let expansion = driver::endpoints(quote!(crate = ::other::path, limit = "20/min"), full());
    let mut roots = Vec::new();
    collect_roots(expansion, &mut roots);
    assert!(roots.len() > 50, "absolute paths are found");
    let mut others: Vec<_> = roots
        .into_iter()
        .filter(|root| root != "core" && root != "other")
        .collect();
    others.dedup();
    assert_eq!(others, Vec::<String>::new());
}

/// The first names of absolute paths, and names that no absolute path leads to though one should.
fn collect_roots(tokens: TokenStream, roots: &mut Vec<String>) {
    const OURS: [&str; 12] = [
        "cliq_api",
        "std",
        "Into",
        "IntoIterator",
        "Clone",
        "Debug",
        "Result",
        "Some",
        "Duration",
        "EndpointMeta",
        "Endpoint",
        "Caller",
    ];
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_colon = |at: Option<&TokenTree>| match at {
        Some(TokenTree::Punct(punct)) => punct.as_char() == ':',
        _ => false,
    };
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => collect_roots(group.stream(), roots),
            TokenTree::Ident(ident) => {
                let behind_path =
                    at >= 2 && is_colon(tokens.get(at - 1)) && is_colon(tokens.get(at - 2));
                let before_path = at >= 3
                    && match &tokens[at - 3] {
                        TokenTree::Ident(_) => true,
                        // `<Type as Trait>::NAME`, `Trait::<Type>::name`.
                        TokenTree::Punct(punct) => punct.as_char() == '>',
                        TokenTree::Group(_) | TokenTree::Literal(_) => false,
                    };
                if behind_path && !before_path
                    || !behind_path && OURS.iter().any(|name| ident == name)
                {
                    roots.push(ident.to_string());
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
