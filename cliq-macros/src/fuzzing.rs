//! Hostile input for the macros, made from bytes: what a fuzzer feeds, and what a short run of the
//! test suite feeds too.
//!
//! The properties are the same for all of it: no panic, the expansion is well-formed Rust, and an
//! error is reported if and only if something is left out of it.

use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Expr, FieldValue, FnArg, ImplItem, Item, ItemTrait, Member, TraitItem, TraitItemFn,
};

use crate::{driver, text};

/// Declarations to start from.
const SEEDS: &[&str] = &[
    r#"
    #[doc = "Threads."]
    pub trait Threads {
        #[endpoint(POST "/threads/<THREAD_CHAT_ID>/follow", scope = "Chats.UPDATE")]
        fn follow_thread(&self, thread_chat_id: ThreadChatId);
        #[endpoint(GET "/threads/<ID>.json?type=open", scope = any("A.READ", "B.READ"), lock = "5m", response = "data.x")]
        fn get_thread(&self, #[path("ID")] thread: ThreadChatId, #[query] n: Option<u32>) -> Option<Thread>;
        #[cfg_attr(docsrs, doc(cfg(unix)))]
        #[endpoint(GET "/x", base = "/api/v2", limit = none, page(items = "data", token = "next", param = "n"))]
        fn list(
            &self, #[query(csv)] f: Vec<String>, #[query(flatten)] m: Map<K, V>,
            #[query] n: Option<String>,
        ) -> Page<T>;
        fn close(&self, id: impl Into<Id>) -> FollowThreadRequest { self.follow_thread(id) }
    }
    "#,
    r#"
    trait Writes {
        #[endpoint(POST "/a", form, idempotent, timeout = "30s", bucket = "w")]
        fn a(&self, #[field] x: String, #[field("y")] z: Option<Vec<bool>>);
        #[endpoint(PUT "/b/<A>/<B>", scope = all("A", "B"), limit = "10/5min", lock = "1h")]
        fn b(&self, a: u8, b: f64, #[body(bytes, content_type = "image/png")] c: Bytes, #[header("X-Y")] d: Option<bool>) -> Bytes;
        #[cfg(feature = "x")] #[deprecated]
        #[endpoint(PUT "/b/<C>/<D>")]
        fn r#type(&self, c: u8, #[path("D")] r#in: i128, #[body] e: Result<T, E>) -> Result<(), Error>;
    }
    "#,
    r#"
    pub trait Sound {
        #[endpoint(GET "/a/<ID>", scope = all("A", "B"), limit = "20/min", lock = "10m", timeout = "3s")]
        fn get(&self, id: u8, #[query("n", csv)] names: Option<Vec<String>>, #[header("X-A")] a: Option<u8>) -> Item;
        #[endpoint(PUT "/b", form, bucket = "b", response = "data.x", idempotent = false)]
        fn put(&self, #[field("q")] field: String, #[query(flatten)] filter: Filter) -> Option<Item>;
        #[endpoint(GET "/c", base = "/v2", limit = none, page(items = "data", token = "t", param = "n"))]
        fn list(&self, #[query] n: Option<String>) -> Page<Item>;
        fn both(&self, path: Path) -> (PutRequest, u8) { (self.put("a"), 1) }
    }
    "#,
    r#"
    pub trait Streams {
        #[endpoint(POST "/a", multipart, idempotency_key = "Idempotency-Key")]
        fn post(&self, #[part] title: String, #[part("file")] files: Option<Vec<Part>>) -> Text;
        #[endpoint(PUT "/b")]
        fn put(&self, #[body(stream, content_type = "image/png")] content: Body) -> Download;
        #[endpoint(GET "/c", page(items = "data", number = "p", first = 0, more = "meta.more"))]
        fn list(&self, #[query("p")] page: Option<u32>) -> Page<Item>;
        #[endpoint(GET "/d", page(next = link))]
        fn linked(&self) -> Page<Item>;
        #[endpoint(GET "/e")]
        fn watch(&self) -> Events<Item>;
    }
    "#,
    r#"trait One { #[endpoint(POST "/a/<X>")] fn post(&self, x: String, #[body] body: Option<Item>); }"#,
    r#"trait One { #[endpoint(DELETE "/a", limit = "1/s")] fn remove(&self, #[query] x: Vec<u8>) -> Bytes; }"#,
    r"pub(in a::b) unsafe trait X<'a, T: Y>: A + B where T: Z { type A; const B: u8 = { 1 }; fn c(&mut self, (a, b): &'a str, d) -> impl E; }",
];
const ARGS: &[&str] = &[
    "",
    r#"base = "/api/v3", scope_prefix = "Z", limit = "20/min", lock = "10m", crate = ::c"#,
    r#"schema(feature = "f"), base = "/a""#,
    r#"limit = ["1/s", "9/day per app"], lock = none, bucket = "b", server = "s", header("X-A" = "1", "X-B" = "2"), schema"#,
];
/// What edits put in.
const WORDS: &[&str] = &[
    "fn",
    "self",
    "mut",
    "GET",
    "endpoint",
    "endpoints",
    "scope",
    "limit",
    "lock",
    "page",
    "none",
    "any",
    "path",
    "query",
    "field",
    "body",
    "header",
    "csv",
    "flatten",
    "bytes",
    "items",
    "token",
    "form",
    "server",
    "schema",
    "feature",
    "deep",
    "nested",
    "optional",
    "OPTIONS",
    "bucket",
    "response",
    "timeout",
    "base",
    "idempotent",
    "Option",
    "Vec",
    "Page",
    "Result",
    "Self",
    "impl",
    "dyn",
    "async",
    "where",
    "cfg",
    "cfg_attr",
    "r#fn",
    "_",
    "__",
    "_1",
    "Request",
    "part",
    "multipart",
    "stream",
    "next",
    "link",
    "number",
    "first",
    "offset",
    "more",
    "idempotency_key",
    "Body",
    "Part",
    "Text",
    "Download",
    "Events",
    "JsonLines",
];
const TEXTS: &[&str] = &[
    "",
    "/",
    "/a/<ID>",
    "/a/<ID",
    "/<>",
    "//",
    "/..",
    "/{id}",
    "/ü",
    "?",
    "/a?b=<C>",
    "20/min",
    "0/min",
    "10m",
    "99999999999999999999h",
    "a b",
    ".",
    "a..b",
    "20/s",
    "1h",
    "data.next",
    "/b",
    "n",
    "1000/h per app",
    "/a/<P..>",
    "/<P..>/<Q..>",
    "X-A",
];
const MARKS: &[char] = &[
    '<', '>', '&', ',', ';', ':', '=', '-', '#', '!', '?', '.', '|', '+', '*', '\'',
];

/// A declaration, changed as the bytes say.
pub(crate) fn mutated(bytes: &[u8]) -> Option<(TokenStream, TokenStream)> {
    let mut bytes = bytes.iter().copied();
    let item = TokenStream::from_str(SEEDS[usize::from(bytes.next()?) % SEEDS.len()]).ok()?;
    let args = TokenStream::from_str(ARGS[usize::from(bytes.next()?) % ARGS.len()]).ok()?;
    let (mut args, mut item) = (args, item);
    while let (Some(place), Some(depth), Some(edit)) = (bytes.next(), bytes.next(), bytes.next()) {
        let choice = bytes.next().unwrap_or_default();
        let target = if edit & 0x80 == 0 {
            &mut item
        } else {
            &mut args
        };
        *target = edited(
            std::mem::take(target),
            place,
            depth % 5,
            edit & 0x7f,
            choice,
        );
    }
    Some((args, item))
}

/// One edit at one place: in the group there, as deep as `depth` allows.
fn edited(tokens: TokenStream, place: u8, depth: u8, edit: u8, choice: u8) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    if depth > 0 {
        let groups: Vec<usize> = (0..tokens.len())
            .filter(|at| matches!(tokens[*at], TokenTree::Group(_)))
            .collect();
        if !groups.is_empty() {
            let at = groups[usize::from(place) % groups.len()];
            if let TokenTree::Group(group) = &tokens[at] {
                let inner = edited(
                    group.stream(),
                    choice.rotate_left(3) ^ place,
                    depth - 1,
                    edit,
                    choice,
                );
                tokens[at] = Group::new(group.delimiter(), inner).into();
            }
            return tokens.into_iter().collect();
        }
    }
    let at = usize::from(place) % (tokens.len() + 1);
    let is_there = at < tokens.len();
    let new = || -> TokenTree {
        let choice = usize::from(choice);
        match edit % 4 {
            0 => match WORDS[choice % WORDS.len()].strip_prefix("r#") {
                Some(raw) => Ident::new_raw(raw, Span::call_site()).into(),
                None => Ident::new(WORDS[choice % WORDS.len()], Span::call_site()).into(),
            },
            1 => Literal::string(TEXTS[choice % TEXTS.len()]).into(),
            2 => Punct::new(
                MARKS[choice % MARKS.len()],
                if choice > 128 {
                    Spacing::Joint
                } else {
                    Spacing::Alone
                },
            )
            .into(),
            _ => {
                let delimiters = [
                    Delimiter::Parenthesis,
                    Delimiter::Brace,
                    Delimiter::Bracket,
                    Delimiter::None,
                ];
                let inner = tokens.get(at).cloned().into_iter().collect();
                Group::new(delimiters[choice % 4], inner).into()
            }
        }
    };
    match edit / 4 % 6 {
        0 if is_there => drop(tokens.remove(at)),
        1 if is_there => tokens[at] = new(),
        2 if is_there => tokens.insert(at, tokens[at].clone()),
        3 if is_there && at > 0 => tokens.swap(at, at - 1),
        // Something else of the same kind keeps the syntax right.
        4 if is_there => match &tokens[at] {
            TokenTree::Ident(_) => {
                let word = WORDS[usize::from(choice) % WORDS.len()].trim_start_matches("r#");
                tokens[at] = Ident::new(word, Span::call_site()).into();
            }
            TokenTree::Literal(_) => {
                let text = TEXTS[usize::from(choice) % TEXTS.len()];
                tokens[at] = Literal::string(text).into();
            }
            TokenTree::Group(_) | TokenTree::Punct(_) => {}
        },
        _ => tokens.insert(at, new()),
    }
    tokens.into_iter().collect()
}

/// Runs both macros.
///
/// # Panics
///
/// If the expansion is not well-formed Rust though the input was, or if an error is reported and
/// nothing is left out of the expansion, or the other way round.
pub(crate) fn run(args: TokenStream, item: TokenStream) -> Outcome {
    let mut outcome = Outcome::NotATrait;
    let readable = syn::parse2::<syn::File>(item.clone()).is_ok();
    let expansion = driver::endpoints(args, item.clone());
    if readable {
        let file = match syn::parse2::<syn::File>(expansion.clone()) {
            Ok(file) => file,
            Err(error) => panic!("{error}: {item} became {expansion}"),
        };
        if let Ok(item) = syn::parse2::<ItemTrait>(item.clone()) {
            let (errors, whole) = (errors(&file), is_whole(&item, &file));
            let reported = !errors.is_empty();
            assert!(
                reported != whole,
                "whole: {whole}, with {errors:?}: {} became {expansion}",
                item.to_token_stream()
            );
            outcome = if reported {
                Outcome::Reported
            } else {
                Outcome::Whole
            };
        }
    }
    let _ = driver::stray_endpoint(item);
    outcome
}

/// The outcome of one declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Not a well-formed trait, so nothing is asserted about it.
    NotATrait,
    /// Something is left out, and errors report it.
    Reported,
    /// All of it is in the expansion.
    Whole,
}

/// The errors that were reported.
fn errors(expansion: &syn::File) -> Vec<String> {
    let errors = expansion.items.iter().filter_map(|item| match item {
        Item::Macro(item) => Some(&item.mac),
        _ => None,
    });
    errors.map(|error| error.tokens.to_string()).collect()
}

/// Whether all of a trait is in its expansion: each endpoint with method and path, each argument,
/// each composition, and the keys of the trait. This reads both independently, so that it can
/// disagree with the macros.
fn is_whole(item: &ItemTrait, expansion: &syn::File) -> bool {
    let is_ours = |attr: &Attribute| {
        attr.path()
            .segments
            .last()
            .is_some_and(|last| last.ident == "endpoint")
    };
    let of_trait = expansion.items.iter().find_map(|item| match item {
        Item::Trait(item) => Some(item),
        _ => None,
    });
    let Some(of_trait) = of_trait else {
        return false;
    };
    let is_plain = item.generics.params.is_empty()
        && item.generics.where_clause.is_none()
        && item.unsafety.is_none()
        && item.modifiers.auto_token.is_none()
        && item.supertraits.is_empty()
        && item.attrs.len() == of_trait.attrs.len();
    let mut wanted = Vec::new();
    let mut compositions = Vec::new();
    for member in &item.items {
        let TraitItem::Fn(method) = member else {
            return false;
        };
        let ours = method.attrs.iter().filter(|attr| is_ours(attr)).count();
        match (ours, &method.default) {
            (1, None) => wanted.push(arguments(method)),
            (0, Some(_)) => compositions.push(method.to_token_stream().to_string()),
            _ => return false,
        }
    }
    let made: Vec<(usize, usize)> = expansion.items.iter().filter_map(endpoint).collect();
    let passed = |method: &String| {
        of_trait
            .items
            .iter()
            .any(|made| made.to_token_stream().to_string() == *method)
    };
    let shared = expansion.items.iter().any(says_shared);
    is_plain
        && (shared || wanted.is_empty())
        && of_trait.items.len() == item.items.len()
        && compositions.iter().all(passed)
        && made == wanted
}

/// How many required and optional arguments a method has.
fn arguments(method: &TraitItemFn) -> (usize, usize) {
    let types = method.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(arg) => Some(&*arg.ty),
        FnArg::Receiver(_) => None,
    });
    let (optional, required): (Vec<_>, Vec<_>) = types.partition(|ty| crate::types::is_option(ty));
    (required.len(), optional.len())
}

/// How many required and optional parameters an endpoint's metadata has; `None` for what is no
/// endpoint, or one that has no path.
fn endpoint(item: &Item) -> Option<(usize, usize)> {
    let Expr::Reference(meta) = constant(item, "META")? else {
        return None;
    };
    let call = match &*meta.expr {
        Expr::Struct(literal) => literal.rest.as_deref()?,
        call => call,
    };
    // The name, the summary, the path, the scopes and the parameters.
    let Expr::MethodCall(call) = call else {
        return None;
    };
    let params = call.args.last()?.to_token_stream().to_string();
    let count = |required: &str| params.matches(required).count();
    Some((count(" , true ,"), count(" , false ,")))
}

/// Whether it is what all endpoints of a trait have in common.
fn says_shared(item: &Item) -> bool {
    constant(item, "SHARED").is_some_and(|shared| field(shared, "api").is_some())
}

/// The value of an associated constant.
fn constant<'i>(item: &'i Item, name: &str) -> Option<&'i Expr> {
    let Item::Impl(item) = item else { return None };
    item.items.iter().find_map(|item| match item {
        ImplItem::Const(item) if item.ident == name => Some(&item.expr),
        _ => None,
    })
}

/// A field of a struct's literal.
fn field<'e>(expr: &'e Expr, name: &str) -> Option<&'e Expr> {
    let Expr::Struct(expr) = expr else {
        return None;
    };
    let named =
        |field: &&FieldValue| matches!(&field.member, Member::Named(ident) if ident == name);
    expr.fields.iter().find(named).map(|field| &field.expr)
}

/// Runs the parsers of the small languages inside strings.
///
/// # Panics
///
/// If a path is taken that breaks what its readers rely on.
pub(crate) fn run_text(input: &str) {
    if let Ok(template) = text::path::parse(input) {
        // What the runtime does: it takes a value for each `<…>`, in order.
        let mut rest = template.path.as_str();
        for (index, name) in template.placeholders.iter().enumerate() {
            let (_, behind) = rest.split_once('<').expect("as many placeholders as names");
            let (found, behind) = behind.split_once('>').expect("placeholders are closed");
            let dots = if template.rest == Some(index) {
                ".."
            } else {
                ""
            };
            assert_eq!(found.strip_suffix(dots), Some(name.as_str()));
            rest = behind;
        }
        assert!(!rest.contains(['<', '>']), "no more of them");
        let url = format!(
            "{}?{}",
            template.path.replace(['<', '>'], ""),
            template.query
        );
        assert!(
            url.is_ascii() && url.starts_with('/') && !url.contains([' ', '#', '"', '\\']),
            "{url}"
        );
        assert_eq!(text::path::parse(input).as_ref(), Ok(&template));
    }
    let _ = text::path::parse_base(input);
    let _ = text::units::limit(input);
    let _ = text::units::seconds(input);
    let _ = text::suggest::nearest(input, ["scope", "limit"]);
    let _ = (
        text::units::is_scope(input),
        text::units::is_header_name(input),
        text::units::is_content_type(input),
    );
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A fixed sequence: xorshift, from a seed.
    fn bytes(seed: u64, length: usize) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    #[test]
    fn mutated_declarations_neither_panic_nor_break_the_code() {
        let mut outcomes = BTreeMap::new();
        for seed in 0..2_500 {
            let bytes = bytes(seed, 2 + 4 * usize::try_from(seed % 6).unwrap());
            let (args, item) = mutated(&bytes).unwrap();
            *outcomes.entry(run(args, item)).or_insert(0) += 1;
        }
        assert!(
            outcomes.len() == 3 && outcomes.values().all(|count| *count > 100),
            "{outcomes:?}"
        );
    }

    #[test]
    fn mutated_texts_do_not_panic() {
        run_text("/<A>/<P..>");
        let alphabet: Vec<char> = "/<>ID_-.{}:?&=#% ü20minhs".chars().collect();
        for seed in 0..40_000 {
            let text: String = bytes(seed, 1 + usize::try_from(seed % 14).unwrap())
                .iter()
                .map(|byte| alphabet[usize::from(*byte) % alphabet.len()])
                .collect();
            run_text(&format!("/{text}"));
            run_text(&text);
        }
    }

    /// It is built by hand only, with a nightly compiler.
    #[test]
    fn the_crate_of_the_fuzzers_has_all_modules() {
        let modules = |text: &str| -> Vec<String> {
            let names = text.lines().filter_map(|line| line.strip_prefix("mod "));
            names.map(ToOwned::to_owned).collect()
        };
        let fuzzed = include_str!("../../fuzz/lib.rs");
        let mut ours = modules(include_str!("lib.rs"));
        ours.retain(|module| module != "snapshots;");
        assert_eq!(modules(fuzzed), ours);
        for module in ours {
            let name = module.trim_end_matches(';');
            let [file, folder] = ["", "/mod"].map(|end| format!("src/{name}{end}.rs\""));
            assert!(fuzzed.contains(&file) || fuzzed.contains(&folder), "{name}");
        }
    }
}
