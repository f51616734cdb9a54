//! Completion of keys, options and attributes of arguments in editors.
//!
//! rust-analyzer completes what is a path in the expansion. So the words where something may still
//! be typed, which are the unknown ones, are repeated there as paths into modules that hold what is
//! allowed. Only rust-analyzer sees that: rustc drops it with the `#[cfg]`. `tests/editor` tries it
//! with a real rust-analyzer.

use std::sync::LazyLock;

use proc_macro2::Delimiter;
use quote::quote;
use syn::Ident;

use super::out::Out;
use crate::check::Api;
use crate::parse::argument::options_of;
use crate::parse::endpoint::keys_of;
use crate::parse::keys::KeyInfo;
use crate::problem::On;

/// The attributes of arguments.
const ARGUMENT: &[KeyInfo] = &[
    attribute(
        "path",
        " Fills a placeholder of another name: `#[path(\"CHAT_ID\")]`.",
    ),
    attribute("query", " A query parameter."),
    attribute("header", " A header: `#[header(\"X-Name\")]`."),
    attribute("field", " A member of the JSON body, or of the form."),
    attribute("body", " The whole body, as JSON or as it is."),
    attribute("part", " A part of a multipart body."),
];

const fn attribute(name: &'static str, docs: &'static str) -> KeyInfo {
    KeyInfo {
        name,
        is_flag: false,
        docs,
    }
}

/// Where something can be completed.
fn places() -> impl Iterator<Item = On> {
    let keys = [On::Endpoints, On::Endpoint, On::Page, On::Argument];
    keys.into_iter().chain(On::PLACES)
}

/// The modules as text: lexing it at once takes rustc a fraction of the time of making each token.
static MODULES: LazyLock<String> = LazyLock::new(|| places().map(module).collect());

fn module(on: On) -> String {
    let infos = match on {
        On::Argument => ARGUMENT,
        On::Endpoints | On::Endpoint | On::Page => keys_of(on),
        on => options_of(on),
    };
    // A keyword such as `crate` is no name of an item.
    let names = infos
        .iter()
        .filter(|info| syn::parse_str::<Ident>(info.name).is_ok());
    let items: Vec<String> = names
        .map(|info| format!("#[doc = {:?}] pub fn {}() {{}}", info.docs, info.name))
        .collect();
    format!("pub mod {} {{ {} }}", on.name(), items.concat())
}

/// To be put before everything else: rust-analyzer compares the expansions with and without the
/// word that is being typed by their offsets.
pub(super) fn completions(api: &Api, out: &mut Out) {
    out.text("#[allow(unexpected_cfgs)] const _: () =");
    let is_name = |word: &Ident| syn::parse2::<Ident>(quote!(#word)).is_ok();
    let words: Vec<_> = api
        .unknown
        .iter()
        .filter(|(_, word)| is_name(word))
        .collect();
    out.group(Delimiter::Brace, |out| {
        out.text("#[cfg(rust_analyzer)]");
        out.group(Delimiter::Brace, |out| {
            out.text(&MODULES);
            for on in places() {
                // `self` is there without a word, too: where none is begun, one is put beside it.
                out.text("use ").text(on.name());
                let mut words = words.iter().filter(|(place, _)| *place == on).peekable();
                if words.peek().is_none() {
                    out.text("::{self as _};");
                    continue;
                }
                out.text("::").group(Delimiter::Brace, |out| {
                    out.text("self as _");
                    for (_, word) in words {
                        out.text(",").tokens(word).text("as _");
                    }
                });
                out.text(";");
            }
        });
    });
    out.text(";");
}
