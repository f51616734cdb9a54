//! One table of messages.

use super::{On, Problem, Words, malformed};
use crate::text::method::METHODS;
use crate::text::suggest::nearest;

const AN_ENDPOINT: &str = "write `#[endpoint(GET \"/threads/<ID>\")]`";
const A_PAGE: &str = "write `page(items = \"data\", token = \"next_token\")`";

impl Problem {
    #[expect(
        clippy::too_many_lines,
        reason = "one table of messages, each read by itself"
    )]
    pub(crate) fn words(&self) -> Words {
        let (what, help): (String, String) = match self {
            Self::NotATrait => (
                "`#[endpoints]` expects a trait".into(),
                "declare a `trait` whose methods have `#[endpoint(METHOD \"/path\")]`".into(),
            ),
            Self::NotAMethod => (
                "`#[endpoint]` expects a method of a trait".into(),
                "put it on a method of an `#[endpoints]` trait".into(),
            ),
            Self::OutsideEndpoints => (
                "`#[endpoint]` outside of an `#[endpoints]` trait".into(),
                "add `#[endpoints]` to the trait that declares this method".into(),
            ),
            Self::EndpointsTwice => (
                "duplicate `#[endpoints]`".into(),
                "keep one, with the keys of both".into(),
            ),
            Self::EndpointTwice => (
                "duplicate `#[endpoint]`".into(),
                "declare one method for each endpoint".into(),
            ),
            Self::EndpointBehindCfgAttr => (
                "`#[endpoint]` can't be applied by `cfg_attr`".into(),
                "declare the method twice, each with `#[cfg(…)]` and its own `#[endpoint(…)]`"
                    .into(),
            ),
            Self::EndpointMisspelt { found } => (
                format!("unknown attribute `{found}` on a method"),
                match METHODS
                    .iter()
                    .find(|method| method.name.eq_ignore_ascii_case(found))
                {
                    Some(method) => format!("write `#[endpoint({} \"/path\")]`", method.name),
                    None => "did you mean `endpoint`?".into(),
                },
            ),
            Self::EndpointArgsMissing => (
                "`#[endpoint]` requires an HTTP method and a path".into(),
                AN_ENDPOINT.into(),
            ),
            Self::EndpointNeedsMethod { found } => (
                format!("expected an HTTP method, found `{found}`"),
                AN_ENDPOINT.into(),
            ),
            Self::UnknownHttpMethod { found } => {
                let names: Vec<&str> = METHODS.iter().map(|method| method.name).collect();
                (
                    format!("unsupported HTTP method `{found}`"),
                    did_you_mean(found, &names),
                )
            }
            Self::PathMissing { found } => (
                match found.as_str() {
                    "" => "expected a path after the HTTP method".into(),
                    found => format!("expected a path as a string, found `{found}`"),
                },
                AN_ENDPOINT.into(),
            ),
            Self::PathAsKey {
                method,
                found,
                path,
            } => (
                format!("expected a path as a string, found `{found}`"),
                match path {
                    Some(path) => format!("write `#[endpoint({method} \"{path}\")]`"),
                    None => AN_ENDPOINT.into(),
                },
            ),
            Self::CommaBehindMethod => (
                "unexpected `,` between the HTTP method and the path".into(),
                AN_ENDPOINT.into(),
            ),
            Self::UnreadableAttribute => (
                "unexpected token in an attribute".into(),
                "write it like `#[endpoint(GET \"/path\")]` or `#[query(\"name\")]`".into(),
            ),
            Self::UnknownKey {
                key,
                on,
                valid,
                elsewhere,
            } => unknown_key(key, *on, valid, *elsewhere),
            Self::NameAsKey { on, key, name } => (
                format!("unexpected `{key}` in `#[{}(…)]`", on.name()),
                format!("write `#[{}(\"{name}\")]`", on.name()),
            ),
            Self::RepeatedKey { key } => (
                format!("duplicate `{key}`"),
                "remove one of the two".into(),
            ),
            Self::KeyNeedsValue { key, example } => (
                format!("`{key}` requires a value"),
                format!("write `{key} = {example}`"),
            ),
            Self::KeyTakesNoValue { key } => (
                format!("`{key}` takes no value"),
                format!("write `{key}`"),
            ),
            Self::KeyWithParentheses { key, value } => (
                format!("expected `=` after `{key}`, found parentheses"),
                format!("write `{key} = {value}`"),
            ),
            Self::KeyMissing { key, found } => (
                format!("expected a key, found `{found}`"),
                format!("write `{key} = {found}`"),
            ),
            Self::BareText { on, found } if On::PLACES.contains(on) => (
                format!("expected an option, found `{found}`"),
                format!("the name comes first: `#[{}({found}, …)]`", on.name()),
            ),
            Self::BareText { found, .. } => (
                format!("expected a key, found `{found}`"),
                format!("write `key = {found}`"),
            ),
            Self::ColonForEquals => (
                "expected `=`, found `:`".into(),
                "write `key = value`".into(),
            ),
            Self::CommaForEquals { key, value } => (
                format!("expected `=` after `{key}`, found `,`"),
                format!("write `{key} = {value}`"),
            ),
            Self::MissingComma { found } => (
                format!("expected `,` before `{}`", first_word(found)),
                "separate keys by commas: `key = value, key = value`".into(),
            ),
            Self::ExtraComma => ("unexpected `,`".into(), "remove it".into()),
            Self::NotAString {
                key,
                example,
                found,
            } => (
                format!("`{key}` expects a string, found `{found}`"),
                format!("write it like `{key} = {example}`"),
            ),
            Self::NotABool { key, found } => (
                format!("`{key}` expects `true` or `false`, found `{found}`"),
                format!("write `{key}` or `{key} = false`"),
            ),
            Self::BadPath { what, malformed } => malformed::words(what, malformed),
            Self::BadCratePath { found } => (
                format!("`crate` expects a path, found `{found}`"),
                "write it like `crate = ::cliq_api` or `crate = ::my_crate::cliq_api`".into(),
            ),
            Self::BadLimit { found } => (
                format!("invalid limit `\"{found}\"`"),
                limit_help(found),
            ),
            Self::BadTime { key, found } => (
                format!("invalid {key} `\"{found}\"`"),
                time_help(found),
            ),
            Self::NoLimits => (
                "`limit` names no limit".into(),
                "name at least one, or write `limit = none`".into(),
            ),
            Self::LimitRepeated { found } => (
                format!("a second limit of the same time: `\"{found}\"`"),
                "keep the stricter one".into(),
            ),
            Self::BadScope { found } => (
                format!("invalid scope `\"{found}\"`"),
                if found.contains([',', ' ']) {
                    "write several scopes as `any(\"…\", \"…\")` or `all(\"…\", \"…\")`".into()
                } else {
                    "a scope has no spaces, commas, quotes or backslashes, and no empty part between dots".into()
                },
            ),
            Self::BadScopes { found } => (
                format!("`scope` expects a string, `any(…)` or `all(…)`, found `{found}`"),
                "write it like `scope = \"A.READ\"` or `scope = any(\"A.READ\", \"B.READ\")`".into(),
            ),
            Self::BadScopePrefix { found } => (
                format!("invalid scope prefix `\"{found}\"`"),
                "write it like `scope_prefix = \"ZohoCliq\"`, without the dot that follows it".into(),
            ),
            Self::NoScopes { rule } => (
                format!("`{rule}()` names no scope"),
                "name at least one, or remove `scope`".into(),
            ),
            Self::ScopeHasPrefix { found, prefix } => (
                format!("scope `{found}` repeats the trait's `scope_prefix`"),
                format!("remove `{prefix}.`, it is added"),
            ),
            Self::BadMember { found } => (
                format!("invalid member `\"{found}\"`"),
                "name a member of the JSON answer, and nested ones with dots: `\"data.items\"`".into(),
            ),
            Self::EmptyKeyName { what } => (
                format!("empty {what} name"),
                format!("name the {what}, or remove `{what}`"),
            ),
            Self::NotTheWord {
                key,
                found,
                expected,
                help,
            } => (
                format!("`{key}` expects `{expected}`, found `{found}`"),
                (*help).into(),
            ),
            Self::BadSchema { found } => (
                format!("`schema` expects a feature of your crate, found `{found}`"),
                "write `schema`, or `schema(feature = \"schema\")`".into(),
            ),
            Self::ConstantsNeedList { key } => (
                format!("`{key}` requires parentheses with a name and a value"),
                format!("write `{}`", constant_example(key)),
            ),
            Self::BadConstant { key, found } => (
                format!("expected `\"name\" = value`, found `{found}`"),
                format!("write `{}`", constant_example(key)),
            ),
            Self::BadConstantHeader { found } => (
                format!("invalid value of a header: `{found}`"),
                "use a string of visible ASCII characters and spaces between them".into(),
            ),
            Self::BadConstantField { found } => (
                format!("invalid value of a constant field: `{found}`"),
                "use a string, a number without a suffix, `true` or `false`; for anything else, declare a `#[field]` argument".into(),
            ),
            Self::BadContentType { found } => (
                format!("invalid content type `\"{found}\"`"),
                "write it like `content_type = \"image/png\"`".into(),
            ),
            Self::PageNeedsList => ("`page` requires parentheses".into(), A_PAGE.into()),
            Self::LockWithoutLimit => (
                "`lock` requires `limit`".into(),
                "add `limit = \"20/min\"` (calls per time), or remove `lock`".into(),
            ),
            Self::LockWithLimitNone => (
                "`lock` and `limit = none` conflict".into(),
                "remove `lock`, or set a limit".into(),
            ),
            Self::ResponseWithPage => (
                "`response` and `page` conflict".into(),
                "remove `response`; `page(items = …)` takes a path such as \"data.items\"".into(),
            ),
            Self::ResponseUnread { found } => (
                match found {
                    Some("Bytes") => "`response` requires a JSON answer, found raw `Bytes`".into(),
                    Some(found) => format!("`response` requires a JSON answer, found `{found}`"),
                    None => "`response` requires a JSON answer, found no return type".into(),
                },
                "return a type that is read from JSON, or remove `response`".into(),
            ),
            Self::FormWithoutFields => (
                "`form` requires `#[field]` arguments".into(),
                "mark an argument with `#[field]`, or remove `form`".into(),
            ),
            Self::FormWithBody => (
                "`form` and `#[body]` conflict".into(),
                "use `#[field]` arguments, or remove `form`".into(),
            ),
            Self::OptionalBodyWithoutFields => (
                "`body = optional` requires `#[field]` arguments".into(),
                "remove it; a `#[body]` of type `Option<…>` is left out if it isn't set".into(),
            ),
            Self::OptionalBodyAlwaysSet { by } => (
                format!("the body can't be left out: {by} is always sent"),
                if by.contains('(') {
                    "remove one of the two".into()
                } else {
                    "use `Option<…>` for it, or remove `body = optional`".into()
                },
            ),
            Self::ConstantFieldWithBody => (
                "`field(…)` and `#[body]` conflict".into(),
                "use `#[field]` arguments, or move the constant into the body's struct".into(),
            ),
            Self::ConstantFieldNotAllowed { method } => (
                format!("{method} requests can't have `field(…)`"),
                "put the constant into the path's query, as in `\"/threads?type=open\"`".into(),
            ),
            Self::ConstantRepeated { on, name } => (
                format!("duplicate constant {} `{name}`", noun(*on)),
                "remove one of the two".into(),
            ),
            Self::ConstantClash { on, name } => (
                format!("{} `{name}` is already a constant of this method", noun(*on)),
                "remove the constant, or the argument".into(),
            ),
            Self::MultipartWithoutParts => (
                "`multipart` requires `#[part]` arguments".into(),
                "mark an argument with `#[part]`, or remove `multipart`".into(),
            ),
            Self::MultipartWith { what } => (
                format!("`multipart` and `{what}` conflict"),
                "a multipart body has `#[part]` arguments only".into(),
            ),
            Self::PartWithoutMultipart => (
                "`#[part]` requires `multipart`".into(),
                "add `multipart` to `#[endpoint(…)]`".into(),
            ),
            Self::BadKeyHeader { found } => (
                format!("invalid header name `\"{found}\"`"),
                "write it like `idempotency_key = \"Idempotency-Key\"`".into(),
            ),
            Self::ReservedKeyHeader { name } => (
                format!("header `{name}` is set by the transport"),
                "write it like `idempotency_key = \"Idempotency-Key\"`".into(),
            ),
            Self::KeyHeaderArgument { name } => (
                format!("header `{name}` is set by `idempotency_key`"),
                "remove it; `options.idempotency_key(\"…\")` sets the key of a call".into(),
            ),
            Self::BadNext { found } => (
                format!("`next` expects `link` or a string, found `{found}`"),
                "write `next = link` for the `Link` header, or name the member of the answer that holds the next page's URL".into(),
            ),
            Self::BadFirst { found } => (
                format!("`first` expects a number, found `{found}`"),
                "write it like `first = 0`".into(),
            ),
            Self::PageMissing { key } => (
                format!("`page` requires `{key}`"),
                "name the member of the answer that holds the items, such as `items = \"data\"`".into(),
            ),
            Self::PageWithoutWay => (
                "`page` requires `token`, `next`, `number` or `offset`".into(),
                "say how the next page is found, such as `token = \"next_token\"` or `next = link`".into(),
            ),
            Self::PageKeysConflict { first, second } => (
                format!("`{first}` and `{second}` conflict"),
                format!("remove `{first}` or `{second}`"),
            ),
            Self::PageKeyRequires { key, other } => (
                format!("`{key}` requires `{other}`"),
                format!("add `{other}`, or remove `{key}`"),
            ),
            Self::InItems { key } => (
                format!("the page's `{key}` can't be inside its `items`"),
                match *key {
                    "token" => "name the member beside the items that holds the next page's token".into(),
                    "next" => "name the member beside the items that holds the next page's URL".into(),
                    _ => "name the member beside the items that says whether there are more".into(),
                },
            ),
            Self::PageNoParam { param, carries, queries } => {
                let near = nearest(param, queries.iter().map(String::as_str));
                let (key, ty) = match *carries {
                    "token" => ("param", "String"),
                    carries => (carries, "u64"),
                };
                (
                    format!("no `#[query]` argument `{param}` carries the page's {carries}"),
                    near.map_or_else(
                        || format!("add `#[query] {param}: Option<{ty}>`, or name another with `{key} = \"…\"`"),
                        |near| format!("did you mean `{key} = \"{near}\"`?"),
                    ),
                )
            }
            Self::PageParamRequired { param, carries } => (
                format!("`{param}` carries the page's {carries} and must be optional"),
                format!("use `Option<…>`: the first page has no {carries}"),
            ),
            Self::PageParamEncoding { param, carries } => (
                format!("`{param}` carries the page's {carries} and must be a scalar"),
                match *carries {
                    "token" => "use `Option<String>`".into(),
                    _ => "use `Option<u64>`".into(),
                },
            ),
            Self::PageWithoutKey => (
                "a `Page` requires `page(…)`".into(),
                "add `page(items = \"data\", token = \"next_token\")` with the members of the answer".into(),
            ),
            Self::KeyWithoutPage => (
                "`page(…)` requires a return type `Page<…>`".into(),
                "write `-> Page<Item>`, or remove `page(…)`".into(),
            ),
            Self::TraitGenerics => (
                "traits of endpoints can't be generic".into(),
                "remove the parameters; every client implements the trait".into(),
            ),
            Self::TraitWhere => (
                "traits of endpoints can't have a `where` clause".into(),
                "remove it".into(),
            ),
            Self::TraitUnsafe => (
                "traits of endpoints can't be `unsafe`".into(),
                "remove `unsafe`".into(),
            ),
            Self::TraitAuto => (
                "traits of endpoints can't be `auto`".into(),
                "remove `auto`".into(),
            ),
            Self::TraitSupertraits => (
                "traits of endpoints can't have supertraits".into(),
                "remove them; the macro adds `Caller`".into(),
            ),
            Self::AsyncTrait => (
                "traits of endpoints don't need `async_trait`".into(),
                "remove it, and `async` from the methods: their builders are awaited".into(),
            ),
            Self::AssociatedType => (
                "traits of endpoints can't have associated types".into(),
                "name the type itself where it is used".into(),
            ),
            Self::AssociatedConst => (
                "traits of endpoints can't have associated constants".into(),
                "move the constant out of the trait".into(),
            ),
            Self::MacroInTrait => (
                "traits of endpoints can't have macro calls".into(),
                "write the methods out, or generate the whole trait".into(),
            ),
            Self::UnreadableMember => (
                "expected a method".into(),
                "write it like `fn name(&self, argument: Type) -> Type;`".into(),
            ),
            Self::UnreadableMethod => (
                "incomplete or invalid method".into(),
                "write it like `fn name(&self, argument: Type) -> Type;`".into(),
            ),
            Self::MethodWithoutEndpoint => (
                "expected `#[endpoint]` or a body".into(),
                "add `#[endpoint(GET \"/path\")]`, or a body that calls other methods".into(),
            ),
            Self::MethodBody => (
                "endpoints can't have a body".into(),
                "end the method with `;`, or remove `#[endpoint]` if it only calls others".into(),
            ),
            Self::MethodGenerics => (
                "endpoints can't be generic".into(),
                "write concrete types; callers can pass whatever converts `Into` them".into(),
            ),
            Self::MethodLifetimes => (
                "endpoints can't have lifetimes".into(),
                "use owned types; callers can pass `&str` for a `String`".into(),
            ),
            Self::MethodWhere => (
                "endpoints can't have a `where` clause".into(),
                "remove it".into(),
            ),
            Self::AsyncMethod => (
                "endpoints can't be `async`".into(),
                "remove `async`, the builder is awaited".into(),
            ),
            Self::ConstMethod => (
                "endpoints can't be `const`".into(),
                "remove `const`".into(),
            ),
            Self::DefaultMethod => (
                "methods of a trait can't be `default`".into(),
                "remove `default`".into(),
            ),
            Self::UnsafeMethod => (
                "endpoints can't be `unsafe`".into(),
                "remove `unsafe`".into(),
            ),
            Self::ExternMethod => (
                "endpoints can't be `extern`".into(),
                "remove `extern`".into(),
            ),
            Self::VariadicMethod => (
                "endpoints can't be variadic".into(),
                "remove `...`; a list is a `Vec<…>`".into(),
            ),
            Self::Visibility => (
                "methods of a trait can't have a visibility".into(),
                "remove it; the method is as visible as its trait".into(),
            ),
            Self::NoSelf => (
                "endpoints require `&self`".into(),
                "add `&self` as the first parameter".into(),
            ),
            Self::SelfByValue => (
                "expected `&self`, found `self`".into(),
                "write `&self`: a call doesn't consume the client".into(),
            ),
            Self::SelfMut => (
                "expected `&self`, found `&mut self`".into(),
                "write `&self`: a call doesn't change the client".into(),
            ),
            Self::SelfTyped => (
                "expected plain `&self`".into(),
                "write `&self`".into(),
            ),
            Self::ReturnArrow => (
                "expected `->` before the return type".into(),
                "write `-> Type`".into(),
            ),
            Self::ReservedMethod { name, of_client } => {
                let example = match name.as_str() {
                    "user" | "user_count" | "base_url" | "client" => format!("get_{name}"),
                    "limits" | "granted_scopes" => format!("list_{name}"),
                    verb => format!("{verb}_message"),
                };
                let whose = if *of_client {
                    "the client"
                } else {
                    "the standard library's traits"
                };
                (
                    format!("method name `{name}` is reserved for {whose}"),
                    format!("name it verb and noun, such as `{example}`"),
                )
            }
            Self::RepeatedMethod { name } => (
                format!("duplicate method `{name}`"),
                "rename one, or put them behind `#[cfg(…)]`s that exclude each other".into(),
            ),
            Self::SameBuilder {
                name,
                other,
                builder,
            } => (
                format!("`{name}` and `{other}` would both get a builder `{builder}`"),
                "rename one".into(),
            ),
            Self::BuilderIsType { name } => (
                format!("type `{name}` has the name of this method's builder"),
                "rename the method or the type".into(),
            ),
            Self::ArgWithoutType => (
                "expected a type for the argument".into(),
                "write `name: Type`".into(),
            ),
            Self::ArgPattern => (
                "expected a plain argument name, found a pattern".into(),
                "write `name: Type`, without `mut`".into(),
            ),
            Self::ArgReserved { name, on } => (
                format!("argument name `{name}` is reserved for a method of every builder"),
                match on {
                    On::Body => "rename the argument: a body has no name on the wire".into(),
                    on => {
                        let on = on.name();
                        format!("rename the argument and keep its name on the wire: `#[{on}(\"{name}\")] {name}_value: …`")
                    }
                },
            ),
            Self::ArgRepeated { name } => (
                format!("duplicate argument `{name}`"),
                "rename one".into(),
            ),
            Self::ArgCfg => (
                "arguments can't have `#[cfg]` or `#[cfg_attr]`".into(),
                "declare the method twice, each with its own `#[cfg(…)]`".into(),
            ),
            Self::UnknownArgAttribute { name } => (
                format!("unknown attribute `#[{name}]` on an argument"),
                did_you_mean(name, &On::PLACES.map(On::name)),
            ),
            Self::ConflictingAttributes { first, second } => (
                format!("`#[{first}]` and `#[{second}]` conflict"),
                "an argument goes to one place: remove one of the two".into(),
            ),
            Self::ArgNameMissing { on } => (
                format!("`#[{}]` requires a name", on.name()),
                match on {
                    On::Header => "write it like `#[header(\"X-Request-Id\")]`".into(),
                    _ => "name the placeholder: `#[path(\"CHAT_ID\")]`".into(),
                },
            ),
            Self::ArgNameBehindEquals { on, name } => {
                let (on, name) = (on.name(), name.as_deref().unwrap_or("name"));
                (
                    format!("expected parentheses after `{on}`, found `=`"),
                    format!("write `#[{on}(\"{name}\")]`"),
                )
            }
            Self::ArgNameNotAllowed { what } => {
                (format!("{what} takes no name"), "remove the name".into())
            }
            Self::EmptyName { on } => (
                format!("empty {} name", noun(*on)),
                match on {
                    On::Query | On::Field => "remove it to use the argument's name".into(),
                    on => format!("name the {}", noun(*on)),
                },
            ),
            Self::BadHeaderName { name } => (
                format!("invalid header name `\"{name}\"`"),
                "use letters, digits and `-`, as in `\"X-Request-Id\"`".into(),
            ),
            Self::ReservedHeader { name } => (
                format!("header `{name}` is set by the transport"),
                "remove it".into(),
            ),
            Self::OptionsConflict { first, second } => (
                format!("`{first}` and `{second}` conflict"),
                match (*first, *second) {
                    ("csv", "flatten") => "use `csv` for a list, `flatten` for a struct or a map",
                    ("csv", _) => "use `csv` for a list, `deep` for a struct or a map",
                    _ => "use `deep` for `name[member]=value`, `flatten` for `member=value`",
                }
                .into(),
            ),
            Self::CsvOfSegments { placeholder } => (
                format!("`csv` can't fill `<{placeholder}..>`, which takes segments"),
                format!("remove `csv`, or write `<{placeholder}>`"),
            ),
            Self::DeepScalar { found } => (
                format!("`deep` expects a struct, a map or a list, found `{found}`"),
                "remove `deep`".into(),
            ),
            Self::ContentTypeWithoutBytes => (
                "`content_type` requires `bytes` or `stream`".into(),
                "write `#[body(bytes, content_type = \"…\")]`; other bodies are JSON".into(),
            ),
            Self::BytesAndStream => (
                "`bytes` and `stream` conflict".into(),
                "use `bytes` for content in memory, `stream` for a `Body`".into(),
            ),
            Self::PartOfBytes { found } => (
                format!("expected a scalar or a `Part`, found `{found}`"),
                "use `cliq_api::Part`, which bytes convert into".into(),
            ),
            Self::NotBody { found } => (
                format!("`stream` expects a `Body`, found `{found}`"),
                "use `cliq_api::Body`; content in memory goes with `bytes`".into(),
            ),
            Self::ArgWithoutPlace {
                name,
                placeholder,
                body_allowed,
            } => (
                format!("argument `{name}` has no place in the request"),
                match placeholder {
                    Some(placeholder) => format!(
                        "did you mean the placeholder `<{placeholder}>`? rename the argument, or add `#[path(\"{placeholder}\")]`"
                    ),
                    None if *body_allowed => format!(
                        "add `#[query]`, `#[field]`, `#[header(\"…\")]` or `#[body]`, or put `<{name}>` into the path"
                    ),
                    None => format!(
                        "add `#[query]` or `#[header(\"…\")]`, or put `<{name}>` into the path"
                    ),
                },
            ),
            Self::PlaceholderUnfilled {
                placeholder,
                argument,
            } => (
                format!("no argument for the placeholder `<{placeholder}>`"),
                match argument {
                    Some(argument) => format!("add an argument `{argument}: …`"),
                    None => format!("add an argument with `#[path(\"{placeholder}\")]`"),
                },
            ),
            Self::PlaceholderUnknown { name, placeholders } => (
                format!("no placeholder `<{name}>` in the path"),
                if placeholders.is_empty() {
                    format!("put `<{name}>` into the path, or mark the argument `#[query]`, `#[field]` or `#[header(\"…\")]`")
                } else {
                    let names: Vec<&str> = placeholders.iter().map(String::as_str).collect();
                    did_you_mean(name, &names)
                },
            ),
            Self::PlaceholderTaken { placeholder, by } => (
                format!("two arguments for the placeholder `<{placeholder}>`"),
                format!("`{by}` is the other: remove one"),
            ),
            Self::PlaceholderArgElsewhere { placeholder, on } => {
                let on = on.name();
                (
                    format!("no argument for the placeholder `<{placeholder}>`: the one of that name has `#[{on}]`"),
                    format!("remove `#[{on}]`, or rename the argument and add one for the path"),
                )
            }
            Self::OptionInPath => (
                "placeholders can't be optional".into(),
                "use the type without `Option`; for another path, declare another method".into(),
            ),
            Self::ListNotAllowed { on } => (
                format!("expected a scalar for a {}, found a list", noun(*on)),
                match on {
                    On::Header => "use a `String` with commas, or another scalar".into(),
                    _ => "use the type of one value".into(),
                },
            ),
            Self::NotScalar { found } => (
                format!("expected a scalar, found `{found}`"),
                "use a string, a number, a boolean, or a type that serializes to one".into(),
            ),
            Self::CsvNeedsList { found } => (
                format!("`csv` expects a list, found `{found}`"),
                format!("use `Vec<{found}>`, or remove `csv`"),
            ),
            Self::NotMembers { on, found, is_list } => (
                format!("`flatten` expects a struct or a map, found `{found}`"),
                if *is_list && *on == On::Query {
                    "remove `flatten`: a `Vec` repeats the parameter".into()
                } else {
                    "remove `flatten`".into()
                },
            ),
            Self::NotBytes { found } => (
                format!("`#[body(bytes)]` expects `Bytes`, `Vec<u8>` or `String`, found `{found}`"),
                "use `Bytes`, or `#[body]` to send JSON".into(),
            ),
            Self::RepeatedName { on, name } => (
                format!("duplicate {} `{name}`", noun(*on)),
                format!("rename one with `#[{}(\"other\")]`", on.name()),
            ),
            Self::ConstantQueryClash { name } => (
                format!("query parameter `{name}` is already a constant of the path"),
                "remove it from the path, or remove the argument".into(),
            ),
            Self::BodyNotAllowed { method, on } => (
                format!("{method} requests can't have `#[{}]`", on.name()),
                "use `#[query]`, or POST, PUT or PATCH".into(),
            ),
            Self::TwoBodies => (
                "duplicate `#[body]`".into(),
                "use `#[field]`s, or one struct with both".into(),
            ),
            Self::BodyAndFields => (
                "`#[body]` and `#[field]` conflict".into(),
                "make it a `#[field]` too, or move the fields into the body's struct".into(),
            ),
            Self::TypeReference { owned } => (
                "arguments must be owned".into(),
                match owned {
                    Some(owned) => format!("use `{owned}`; callers can still pass a reference"),
                    None => "use an owned type; callers can pass whatever converts `Into` it".into(),
                },
            ),
            Self::TypeBorrows => (
                "arguments must be owned".into(),
                "use a type without a lifetime".into(),
            ),
            Self::TypeUnfinished { name } => (
                format!("`{name}` requires a type"),
                format!("write it like `{name}<String>`"),
            ),
            Self::TypeImpl => (
                "unsupported argument type `impl …`".into(),
                "write a concrete type; callers can pass whatever converts `Into` it".into(),
            ),
            Self::TypeDyn => (
                "unsupported argument type `dyn …`".into(),
                "write a concrete type such as `String`".into(),
            ),
            Self::TypeSelf => (
                "unsupported argument type `Self`".into(),
                "write a concrete type such as `String`".into(),
            ),
            Self::TypeOdd { found } => (
                format!("unsupported argument type `{found}`"),
                "use a type that can be serialized, such as `String`".into(),
            ),
            Self::ReturnResult { inner } => (
                "endpoints don't return `Result`, awaiting the builder does".into(),
                match inner {
                    Some(inner) => format!("write `-> {inner}`"),
                    None => "remove the return type".into(),
                },
            ),
            Self::ReturnSelf => (
                "unsupported return type `Self`".into(),
                "write the type of the answer".into(),
            ),
            Self::ReturnImpl => (
                "unsupported return type `impl …` or `dyn …`".into(),
                "write the type of the answer; the builder is awaited".into(),
            ),
            Self::ReturnReference { owned } => (
                "return types must be owned".into(),
                match owned {
                    Some(owned) => format!("write `-> {owned}`"),
                    None => "use an owned type".into(),
                },
            ),
            Self::ReturnBorrows => (
                "return types must be owned".into(),
                "use a type without a lifetime: it can't borrow from the answer's body".into(),
            ),
            Self::ReturnOdd { found } => (
                format!("unsupported return type `{found}`"),
                "use a type that is read from JSON, `Bytes`, or no return type".into(),
            ),
            Self::ReturnOptional { name: "Page", ty } => (
                "a `Page` can't be optional".into(),
                format!("write `-> {ty}`; a page without items is an empty one"),
            ),
            Self::ReturnOptional { name, ty } => (
                format!("`{name}` can't be optional"),
                format!("write `-> {ty}`"),
            ),
            Self::ReturnBarePage => (
                "`Page` requires the type of its items".into(),
                "write it like `-> Page<Thread>`; a type of your own can't be called `Page`".into(),
            ),
            Self::AnswerOfHead => (
                "HEAD requests have no answer to return".into(),
                "remove the return type (`.send()` gives status and headers), or use GET".into(),
            ),
        };
        Words { what, help }
    }
}

fn unknown_key(key: &str, on: On, valid: &[&str], elsewhere: Option<On>) -> (String, String) {
    let what = match on {
        On::Endpoints | On::Endpoint => format!("unknown key `{key}` in `#[{}(…)]`", on.name()),
        On::Page | On::Argument => format!("unknown key `{key}` in `page(…)`"),
        on => format!("unknown option `{key}` in `#[{}(…)]`", on.name()),
    };
    let help = match on {
        On::Endpoints | On::Endpoint | On::Page | On::Argument => did_you_mean(key, valid),
        on => match (nearest(key, valid.iter().copied()), elsewhere) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Some(other)) => format!("`{key}` is an option of `#[{}]`", other.name()),
            (None, None) if on == On::Body => format!("expected {}", one_of(valid)),
            (None, None) => format!("a name is a string: `#[{}(\"{key}\")]`", on.name()),
        },
    };
    (what, help)
}

fn constant_example(key: &str) -> &'static str {
    match key {
        "header" => "header(\"X-Version\" = \"1\")",
        _ => "field(\"action\" = \"close\")",
    }
}

fn noun(on: On) -> &'static str {
    match on {
        On::Path => "placeholder",
        On::Query => "query parameter",
        On::Header => "header",
        On::Field => "field",
        On::Body => "body",
        On::Part => "part",
        On::Endpoints | On::Endpoint | On::Page | On::Argument => "key",
    }
}

fn limit_help(found: &str) -> String {
    let calls = found.split('/').next().unwrap_or_default();
    let unit = found.split_once('/').map_or("", |(_, unit)| unit.trim());
    let written = match unit {
        "d" | "days" | "24 h" => Some(format!("{calls}/day")),
        "sec" | "second" | "seconds" | "1s" => Some(format!("{calls}/s")),
        "minute" | "minutes" | "mins" => Some(format!("{calls}/min")),
        "hour" | "hours" | "hr" => Some(format!("{calls}/h")),
        "week" => Some(format!("{calls}/7day")),
        _ => None,
    };
    match written.filter(|written| crate::text::units::limit(written).is_some()) {
        Some(written) => format!("write `\"{written}\"`; the units are `s`, `min`, `h` and `day`"),
        None => {
            "write calls per time, such as `\"20/min\"`, `\"10/5min\"` or `\"500/day per app\"`, or `none`"
                .into()
        }
    }
}

fn time_help(found: &str) -> String {
    let days = found
        .strip_suffix('d')
        .and_then(|days| days.parse::<u64>().ok());
    match days {
        Some(days) if days > 0 => {
            format!("write `\"{days}day\"`; the units are `s`, `min`, `h` and `day`")
        }
        _ => "write a time such as `\"10s\"`, `\"5min\"` or `\"1h\"`".into(),
    }
}

/// The first word of a longer piece.
fn first_word(found: &str) -> &str {
    let end = found
        .find(|character: char| !(character.is_alphanumeric() || character == '_'))
        .unwrap_or(found.len());
    if end == 0 { found } else { &found[..end] }
}

fn did_you_mean(written: &str, valid: &[&str]) -> String {
    match nearest(written, valid.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if valid.is_empty() => "remove it".to_owned(),
        None => format!("expected {}", one_of(valid)),
    }
}

fn one_of(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one} or {other}"),
        names => format!("one of {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_times_in_other_units_are_translated() {
        for (found, expected) in [("500/d", "500/day"), ("20/sec", "20/s"), ("5/hour", "5/h")] {
            assert!(limit_help(found).contains(expected), "{found}");
        }
        assert!(limit_help("0/d").starts_with("write calls"));
        assert!(time_help("1d").contains("1day"));
    }

    #[test]
    fn an_option_of_another_attribute_is_no_name() {
        let problem = |key: &str, elsewhere| Problem::UnknownKey {
            key: key.into(),
            on: On::Field,
            valid: Vec::new(),
            elsewhere,
        };
        assert_eq!(
            problem("csv", Some(On::Query)).words().help,
            "`csv` is an option of `#[query]`"
        );
        assert_eq!(
            problem("title", None).words().help,
            "a name is a string: `#[field(\"title\")]`"
        );
    }
}
