//! What declarations become, looked at whole: `snapshots/*.rs`, blessed with `BLESS=1 cargo test -p
//! cliq-macros`.

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
    let file = syn::parse2(expansion).expect("it can be read as Rust");
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
        "{} is not what is made now; see CONTRIBUTING.md on blessing it:\n{made}",
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
fn after_errors() {
    let item = quote! {
        trait Broken {
            #[endpoint(GET "no/slash/<ID>", limit = "often")]
            fn get_it(&self, id: &str, #[query] a: Option<u8>, #[nonsense] b: Option<String>) -> Result<Vec<Item>, Error>;
            #[endpoint(GET "/beside")]
            fn beside(&self);
        }
    };
    check("after_errors", TokenStream::new(), item);
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

            #[endpoint(PUT "/c", shares = put_bytes_too)]
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
    let is_colon = |at: Option<&TokenTree>| matches!(at, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
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
