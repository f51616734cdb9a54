//! One table of messages.

use super::{METHODS, PLACES, Problem, Words, malformed};
use crate::text::suggest::nearest;

impl Problem {
    #[expect(
        clippy::too_many_lines,
        reason = "one table of messages, each read by itself"
    )]
    pub(crate) fn words(&self) -> Words {
        let (what, help): (String, String) = match self {
            Self::NotATrait => (
                "`#[endpoints]` stands on something that is no trait".into(),
                "put it on a `trait` whose methods bear `#[endpoint(METHOD \"/path\")]`".into(),
            ),
            Self::NotAMethod => (
                "`#[endpoint]` stands on something that is no method".into(),
                "put it on a method of a trait with `#[endpoints]`".into(),
            ),
            Self::OutsideEndpoints => (
                "`#[endpoint]` stands outside a trait with `#[endpoints]`".into(),
                "put `#[endpoints]` on the trait that declares this method; `#[endpoint]` means nothing by itself".into(),
            ),
            Self::EndpointsTwice => {
                ("`#[endpoints]` stands twice on one trait".into(), "keep one, with the keys of both".into())
            }
            Self::EndpointTwice => {
                ("`#[endpoint]` stands twice on one method".into(), "one method is one endpoint: declare another method".into())
            }
            Self::EndpointBehindCfgAttr => (
                "`#[endpoint]` stands behind `cfg_attr`, where it can't be seen".into(),
                "declare the method twice, each with `#[cfg(…)]` and its own `#[endpoint(…)]`".into(),
            ),
            Self::EndpointArgsMissing => (
                "`#[endpoint]` says neither method nor path".into(),
                "write it like `#[endpoint(GET \"/threads/<ID>\")]`".into(),
            ),
            Self::EndpointNeedsMethod { found } => (
                format!("the HTTP method has to come first, found `{found}`"),
                "write it like `#[endpoint(GET \"/threads/<ID>\")]`".into(),
            ),
            Self::UnknownHttpMethod { found } => (
                format!("there is no HTTP method `{found}` here"),
                did_you_mean(found, METHODS, "the methods are"),
            ),
            Self::PathMissing { found } => (
                format!("the path has to follow the HTTP method as a string{}", but_found(found)),
                "write it like `#[endpoint(GET \"/threads/<ID>\")]`".into(),
            ),
            Self::UnknownKey { key, on, valid } => {
                (format!("`#[{on}]` has no key `{key}`"), did_you_mean(key, valid, "its keys are"))
            }
            Self::RepeatedKey { key } => (format!("the key `{key}` is given twice"), "keep one of the two".into()),
            Self::KeyNeedsValue { key, example } => {
                (format!("the key `{key}` needs a value"), format!("write it like `{example}`"))
            }
            Self::KeyWithParentheses { key, value } => {
                (format!("the key `{key}` takes its value behind `=`"), format!("write `{key} = {value}`"))
            }
            Self::KeyMissing { key, found } => {
                (format!("`{found}` says no key that it is for"), format!("write `{key} = {found}`"))
            }
            Self::CommaForEquals { key, value } => {
                (format!("the value of the key `{key}` stands behind `=`, not behind a comma"), format!("write `{key} = {value}`"))
            }
            Self::ColonForEquals => ("a value stands behind `=`, not `:`".into(), "write `key = value`".into()),
            Self::KeyTakesNoValue { key } => (format!("the key `{key}` takes no value"), format!("write just `{key}`")),
            Self::BadValue { key, expected, found } => {
                (format!("`{key}` can't be `{found}`"), format!("it takes {expected}"))
            }
            Self::NotAString { key, example, found } => {
                (format!("`{key}` takes a string, found `{found}`"), format!("write it like `{example}`"))
            }
            Self::BadPath { what, malformed } => malformed::words(what, malformed),
            Self::BadLimit { found } => (
                format!("`\"{found}\"` is no limit"),
                "write calls per time, such as \"20/min\", \"10/5min\" or \"20/2s\" (the units are `s`, `m`, `min` and `h`), or `limit = none` for no limit".into(),
            ),
            Self::BadTime { key, found } => (
                format!("`{key}` can't be `\"{found}\"`"),
                "write a time such as \"10s\", \"5m\", \"5min\" or \"1h\"; there are no other units".into(),
            ),
            Self::BadScope { found } => (
                format!("`\"{found}\"` is no scope"),
                "one scope has neither spaces, commas nor quotes, and no dot at either end; for several write `any(\"…\", \"…\")` or `all(\"…\", \"…\")`".into(),
            ),
            Self::BadScopePrefix { found } => (
                format!("`\"{found}\"` can't stand before scopes"),
                "write it like `scope_prefix = \"ZohoCliq\"`; the dot behind it is added".into(),
            ),
            Self::ScopeHasPrefix { found, prefix } => (
                format!("the scope `{found}` begins with the trait's `scope_prefix`, which is put before it"),
                format!("write it without `{prefix}.`"),
            ),
            Self::NoScopes { rule } => {
                (format!("`{rule}()` names no scope"), "name at least one, or leave out `scope` for none".into())
            }
            Self::BadResponse { key, found } => (
                format!("`{key}` can't be `\"{found}\"`"),
                "name a member of the JSON answer; dots descend, as in \"data.items\"".into(),
            ),
            Self::LockWithoutLimit => (
                "there is a lock but no limit that could be passed".into(),
                "add `limit = \"20/min\"` (calls per time), or remove `lock`".into(),
            ),
            Self::LockWithLimitNone => {
                ("`limit = none` leaves no limit that a lock could follow".into(), "remove `lock`, or give a limit".into())
            }
            Self::ResponseWithPage => (
                "`response` and `page` both say which member of the answer counts".into(),
                "remove `response`; `page(items = …)` takes a path such as \"data.items\"".into(),
            ),
            Self::ResponseUnread { decode } => (
                format!("`response` selects a member of a JSON answer, but the answer is {decode}"),
                "give the method a return type that is read from JSON, or remove `response`".into(),
            ),
            Self::AnswerOfHead => (
                "the answer to a HEAD request has no body that could be read".into(),
                "remove the return type (`.send()` gives status and headers), or use GET".into(),
            ),
            Self::TokenInItems => (
                "the page's token can't be in its items".into(),
                "name the member beside the items that holds the next page's token".into(),
            ),
            Self::BuilderIsType { name } => (
                format!("`{name}` is the name of the builder that is made from this method"),
                "rename the method or the type".into(),
            ),
            Self::FormWithoutFields => (
                "`form` says how fields go, and there are none".into(),
                "mark an argument with `#[field]`, or remove `form`".into(),
            ),
            Self::FormWithBody => (
                "`form` says how fields go, and `#[body]` is a whole body".into(),
                "use `#[field]` arguments, or remove `form`".into(),
            ),
            Self::UnexpectedTokens { found } => {
                (format!("`{found}` is not expected here"), "keys are separated by commas: `key = value, key = value`".into())
            }
            Self::CommaBehindMethod => (
                "a comma stands between the HTTP method and the path, where none belongs".into(),
                "write it like `#[endpoint(GET \"/threads/<ID>\")]`".into(),
            ),
            Self::TraitGenerics => {
                ("a trait of endpoints can't be generic".into(), "remove the parameters; every client implements the trait".into())
            }
            Self::TraitWhere => ("a trait of endpoints can't have a `where` clause".into(), "remove it".into()),
            Self::TraitUnsafe => ("a trait of endpoints can't be `unsafe`".into(), "remove `unsafe`".into()),
            Self::TraitAuto => ("a trait of endpoints can't be `auto`".into(), "remove `auto`".into()),
            Self::TraitSupertraits => (
                "a trait of endpoints can't have supertraits of its own".into(),
                "remove them; `Caller` is its supertrait, so that every client implements it".into(),
            ),
            Self::AssociatedType => (
                "a trait of endpoints can't have associated types".into(),
                "name the type itself where it is used".into(),
            ),
            Self::AssociatedConst => (
                "a trait of endpoints can't have associated constants".into(),
                "put the constant beside the trait".into(),
            ),
            Self::MacroInTrait => (
                "a macro call inside a trait of endpoints can't be looked into".into(),
                "write the methods out, or let the macro make the whole trait".into(),
            ),
            Self::UnreadableMember => {
                ("this can't be read as a method".into(), "write it like `fn name(&self, argument: Type) -> Type;`".into())
            }
            Self::UnreadableAttribute => (
                "this is not expected in an attribute".into(),
                "write it like `#[endpoint(GET \"/path\")]` or `#[query(\"name\")]`".into(),
            ),
            Self::EndpointMisspelt { found } => (
                format!("there is no attribute `{found}` for a method"),
                match METHODS.iter().find(|method| method.eq_ignore_ascii_case(found)) {
                    Some(method) => format!("write `#[endpoint({method} \"/path\")]`"),
                    None => "did you mean `endpoint`?".into(),
                },
            ),
            Self::AsyncTrait => (
                "a trait of endpoints needs no `async_trait`".into(),
                "remove it, and `async` from the methods; the builders that they return can be awaited".into(),
            ),
            Self::ReturnArrow => ("the type of the answer stands behind `->`".into(), "write `-> Type`".into()),
            Self::MethodWithoutEndpoint => (
                "the method has neither `#[endpoint]` nor a body".into(),
                "add `#[endpoint(GET \"/path\")]`, or give it a body that calls other methods".into(),
            ),
            Self::MethodBody => (
                "an endpoint has no body, the macro writes it".into(),
                "end the method with `;`, or remove `#[endpoint]` if it only calls others".into(),
            ),
            Self::MethodGenerics => (
                "an endpoint can't be generic".into(),
                "name the types; a parameter takes whatever converts `Into` its type anyway".into(),
            ),
            Self::MethodLifetimes => {
                ("an endpoint can't have lifetimes".into(), "use owned types; callers can pass `&str` for a `String`".into())
            }
            Self::MethodWhere => ("an endpoint can't have a `where` clause".into(), "remove it".into()),
            Self::AsyncMethod => {
                ("an endpoint is not declared `async`".into(), "remove `async`; the builder that it returns can be awaited".into())
            }
            Self::DefaultMethod => ("a method of a trait can't be `default`".into(), "remove `default`".into()),
            Self::ConstMethod => ("an endpoint can't be `const`".into(), "remove `const`".into()),
            Self::UnsafeMethod => ("an endpoint can't be `unsafe`".into(), "remove `unsafe`".into()),
            Self::ExternMethod => ("an endpoint can't be `extern`".into(), "remove `extern`".into()),
            Self::Visibility => (
                "a method of a trait has no visibility of its own".into(),
                "remove it; the method is as visible as its trait".into(),
            ),
            Self::NoSelf => ("an endpoint needs `&self`".into(), "write `&self` as its first parameter".into()),
            Self::SelfByValue => {
                ("an endpoint takes `&self`, not `self`".into(), "write `&self`: a client is not used up by a call".into())
            }
            Self::SelfMut => {
                ("an endpoint takes `&self`, not `&mut self`".into(), "write `&self`: a client is shared, not changed".into())
            }
            Self::SelfTyped => ("an endpoint takes plain `&self`".into(), "write `&self`".into()),
            Self::ReservedMethod { name, why } => {
                let example = match name.as_str() {
                    "user" | "base_url" | "client" => format!("get_{name}"),
                    "users" | "limits" | "granted_scopes" => format!("list_{name}"),
                    verb => format!("{verb}_message"),
                };
                (format!("a method can't be called `{name}`, {why}"), format!("name it verb and noun, such as `{example}`"))
            }
            Self::RepeatedMethod { name } => {
                (format!("there are two methods `{name}`"), "rename one, or put them behind `#[cfg(…)]`s that exclude each other".into())
            }
            Self::SameBuilder { name, other, builder } => {
                (format!("`{name}` and `{other}` would both make a builder `{builder}`"), "rename one".into())
            }
            Self::ArgWithoutType => ("an argument has no type".into(), "write `name: Type`".into()),
            Self::ArgPattern => ("an argument has to be a plain name".into(), "write `name: Type`, without a pattern or `mut`".into()),
            Self::ArgReserved { name, place } => (
                format!("an argument can't be called `{name}`: every builder has a method of that name"),
                match *place {
                    "body" => "rename it; a body has no name on the wire".into(),
                    place => format!("rename it, and keep its name on the wire: `#[{place}(\"{name}\")] {name}_value: …`"),
                },
            ),
            Self::ArgCfg => (
                "`#[cfg]` can't stand on an argument".into(),
                "declare the method twice, each with its own `#[cfg(…)]`".into(),
            ),
            Self::ArgAttributeUnknown { name } => (
                format!("an argument has no attribute `#[{name}]`"),
                did_you_mean(name, PLACES, "where an argument goes is said by"),
            ),
            Self::ArgAttributeTwice { first, second } => {
                (format!("`#[{first}]` and `#[{second}]` both say where the argument goes"), "keep one".into())
            }
            Self::ArgFormAttribute { name, expected } => {
                (format!("`#[{name}]` is not written like this"), format!("write it like {expected}"))
            }
            Self::ArgOptionUnknown { place, found, valid } => {
                let help = match nearest(found, valid.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if valid.is_empty() => format!("for a name write `#[{place}(\"{found}\")]`"),
                    None if *place == "body" => format!("its options are {}", listed(valid)),
                    None => format!("its options are {}; for a name write `#[{place}(\"{found}\")]`", listed(valid)),
                };
                (format!("`#[{place}(…)]` has no option `{found}`"), help)
            }
            Self::ArgNameKey { place, name } => (
                format!("`#[{place}(…)]` takes the name by itself"),
                format!("write `#[{place}(\"{name}\")]`"),
            ),
            Self::ArgNameNotAllowed { what } => (format!("{what} has no name"), "remove the name".into()),
            Self::ArgWithoutPlace { name, placeholder, body_allowed } => (
                format!("nothing says where the argument `{name}` goes"),
                match placeholder {
                    Some(placeholder) => format!(
                        "did you mean the placeholder `<{placeholder}>`? Call the argument that, or mark it `#[path(\"{placeholder}\")]`"
                    ),
                    None if *body_allowed => {
                        format!("mark it `#[query]`, `#[field]`, `#[header(\"…\")]` or `#[body]`, or put `<{name}>` into the path")
                    }
                    None => format!("mark it `#[query]` or `#[header(\"…\")]`, or put `<{name}>` into the path"),
                },
            ),
            Self::ArgRepeated { name } => (format!("there are two arguments `{name}`"), "rename one".into()),
            Self::PlaceholderUnfilled { placeholder, argument } => (
                format!("nothing fills the placeholder `<{placeholder}>` of the path"),
                format!("add an argument `{argument}`"),
            ),
            Self::UnknownPlaceholder { name, placeholders } => (
                format!("the path has no placeholder `<{name}>`"),
                if placeholders.is_empty() {
                    format!("put `<{name}>` into the path, or mark the argument `#[query]`, `#[field]` or `#[header(\"…\")]`")
                } else {
                    let names: Vec<&str> = placeholders.iter().map(String::as_str).collect();
                    did_you_mean(name, &names, "its placeholders are")
                },
            ),
            Self::PlaceholderTaken { placeholder, by } => {
                (format!("the placeholder `<{placeholder}>` is already filled by `{by}`"), "remove one of the two arguments".into())
            }
            Self::PlaceholderArgElsewhere { placeholder, place } => (
                format!("nothing fills the placeholder `<{placeholder}>`: the argument of that name is marked `#[{place}]`"),
                format!("remove `#[{place}]`, or rename the argument and add one for the path"),
            ),
            Self::OptionInPath => (
                "a part of the path can't be optional".into(),
                "use the type without `Option`; where the path differs, declare a second method".into(),
            ),
            Self::ListInPath => ("a part of the path is one value, not a list".into(), "use the type of one value".into()),
            Self::ListInHeader => {
                ("a header is one value, not a list".into(), "use the type of one value, such as a `String` with commas".into())
            }
            Self::NotPlain { place } => (
                format!("a {place} takes one plain value, and this is none"),
                "use a string, a number, a boolean, or a type that serializes to one".into(),
            ),
            Self::CsvNeedsList => ("`csv` joins a list, and this is none".into(), "use a `Vec<…>`, or remove `csv`".into()),
            Self::FlattenList => {
                ("`flatten` takes a struct or a map, not a list".into(), "remove `flatten`: a `Vec` repeats the parameter".into())
            }
            Self::FlattenPlain => (
                "`flatten` takes a struct or a map, not one plain value".into(),
                "remove `flatten`".into(),
            ),
            Self::BytesType { found } => (
                format!("`#[body(bytes)]` takes `Bytes`, `Vec<u8>` or `String`, not `{found}`"),
                "use `Bytes`, or `#[body]` for a value that goes as JSON".into(),
            ),
            Self::RepeatedName { place, name, by } => {
                (format!("the {place} `{name}` is already set by `{by}`"), "rename one of the two".into())
            }
            Self::ConstantQueryClash { name } => (
                format!("the path sets the query parameter `{name}` already, as a constant"),
                "remove it from the path, or remove the argument".into(),
            ),
            Self::BadHeaderName { name } => {
                (format!("`\"{name}\"` is no name of a header"), "write one such as `#[header(\"X-Request-Id\")]`".into())
            }
            Self::ReservedHeader { name } => (
                format!("the header `{name}` belongs to the transport"),
                "remove the argument; length, host and connection follow from the request".into(),
            ),
            Self::EmptyName { place } => (format!("the name of a {place} can't be empty"), "name it, or leave the name out".into()),
            Self::BadContentType { found } => {
                (format!("`\"{found}\"` is no content type"), "write one such as \"image/png\"".into())
            }
            Self::BodyOnGet { method, place } => (
                format!("a {method} request has no body, so it can't have `#[{place}]`"),
                "mark the argument `#[query]`, or use POST, PUT or PATCH".into(),
            ),
            Self::TwoBodies => {
                ("there are two whole bodies".into(), "make them `#[field]`s of one, or put both into one struct".into())
            }
            Self::BodyAndFields => (
                "a request has a whole `#[body]` or `#[field]`s, not both".into(),
                "make it a `#[field]` too, or move the fields into the body's struct".into(),
            ),
            Self::TypeReference { owned } => (
                "an argument can't be a reference, since a call may outlive it".into(),
                match owned {
                    Some(owned) => format!("write `{owned}`; callers can still pass a reference"),
                    None => "write the owned type; callers can still pass what converts `Into` it".into(),
                },
            ),
            Self::TypeBorrows => (
                "an argument can't borrow, since a call may outlive it".into(),
                "write a type that owns what it holds, without a lifetime".into(),
            ),
            Self::TypeUnfinished { name } => {
                (format!("the type that the `{name}` holds is missing"), format!("write it like `{name}<String>`"))
            }
            Self::TypeImpl => (
                "an argument's type can't be `impl …`".into(),
                "write the type itself; a parameter takes whatever converts `Into` it anyway".into(),
            ),
            Self::TypeDyn => ("an argument's type can't be `dyn …`".into(), "write a type that is sent, such as `String`".into()),
            Self::TypeSelf => ("an argument's type can't be `Self`".into(), "name the type that is sent".into()),
            Self::TypeOther { what } => {
                (format!("an argument's type can't be {what}"), "write a type that can be sent, such as `String`".into())
            }
            Self::ReturnResult { inner } => (
                "an endpoint doesn't return `Result`, the builder gives one".into(),
                match inner {
                    Some(inner) => format!("write `-> {inner}`"),
                    None => "remove the return type".into(),
                },
            ),
            Self::ReturnSelf => ("an endpoint can't return `Self`".into(), "name the type of the answer".into()),
            Self::ReturnImpl => (
                "an endpoint can't return `impl …` or `dyn …`".into(),
                "name the type of the answer; the builder that it returns can be awaited".into(),
            ),
            Self::ReturnReference { owned } => (
                "an endpoint can't return a reference".into(),
                match owned {
                    Some(owned) => format!("write `-> {owned}`"),
                    None => "name an owned type".into(),
                },
            ),
            Self::ReturnBorrows => (
                "an answer can't borrow, since the body that it is read from doesn't stay".into(),
                "name a type that owns what it holds, without a lifetime".into(),
            ),
            Self::ReturnOther { what } => {
                (format!("an endpoint can't return {what}"), "name a type that can be read from JSON, `Bytes`, or nothing".into())
            }
            Self::ReturnOptionalPage => (
                "a page can't be optional".into(),
                "write `-> Page<…>`; a page without items is an empty one".into(),
            ),
            Self::ReturnBarePage => (
                "a `Page` has items of some type".into(),
                "write it like `-> Page<Thread>`; a type of your own needs another name, as a page is known by its".into(),
            ),
            Self::PageWithoutKey => (
                "the answer is a `Page`, and nothing says where its items are".into(),
                "add `page(items = \"data\", token = \"next_token\")`, naming the members of the answer".into(),
            ),
            Self::KeyWithoutPage => {
                ("`page(…)` is given, but the answer is no `Page`".into(), "write `-> Page<Item>`, or remove `page(…)`".into())
            }
            Self::PageMissing { key } => (
                format!("`page(…)` doesn't say its `{key}`"),
                "write it like `page(items = \"data\", token = \"next_token\")`".into(),
            ),
            Self::PageNoParam { param, queries } => {
                let help = "add `#[query] ".to_owned() + param + ": Option<String>`, or name the argument's with `param = \"…\"`";
                let near = nearest(param, queries.iter().map(String::as_str));
                (
                    format!("no query argument `{param}` carries the page's token"),
                    near.map_or(help, |near| format!("did you mean `param = \"{near}\"`?")),
                )
            }
            Self::PageParamRequired { param } => (
                format!("`{param}` carries the page's token, which the first page doesn't have"),
                "make it an `Option<…>`".into(),
            ),
            Self::PageParamShape { param } => {
                (format!("`{param}` carries the page's token, which is one value"), "make it an `Option<String>`".into())
            }
            Self::SameShape { other } => (
                format!("to the server this is the same as `{other}`: their methods and paths have one shape"),
                format!("if one limit counts both, add `shares = {other}`"),
            ),
            Self::SharesUnknown { other, methods } => {
                let names: Vec<&str> = methods.iter().map(String::as_str).collect();
                (format!("`shares` names `{other}`, which is no endpoint of this trait"), did_you_mean(other, &names, "the others are"))
            }
            Self::SharesSelf => ("`shares` names the method itself".into(), "name the other method, or remove `shares`".into()),
            Self::SharesOtherShape { other, mine, theirs } => (
                format!("the server can tell this from `{other}`: `{mine}` is not `{theirs}`"),
                "give both the same `bucket = \"…\"` if the server counts them together, or remove `shares`".into(),
            ),
            Self::SharesWithBucket => (
                "`shares` and `bucket` both say what it is counted with".into(),
                "keep `bucket`, and give the other endpoint the same".into(),
            ),
        };
        Words { what, help }
    }
}

fn did_you_mean(written: &str, valid: &[&str], otherwise: &str) -> String {
    match nearest(written, valid.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if valid.is_empty() => "there are none".to_owned(),
        None => format!("{otherwise} {}", listed(valid)),
    }
}

fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn but_found(found: &str) -> String {
    if found.is_empty() {
        String::new()
    } else {
        format!(", found `{found}`")
    }
}
