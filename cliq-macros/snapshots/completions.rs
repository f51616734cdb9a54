#[allow(unexpected_cfgs)]
const _: () = {
    #[cfg(rust_analyzer)]
    {
        pub mod endpoints {
            /** A path between the client's base URL and each endpoint's path.
*/
            pub fn base() {}
            /** Put before each scope, with a dot.
*/
            pub fn scope_prefix() {}
            /** The default limit: calls per time and user, such as `"20/min"`.
*/
            pub fn limit() {}
            /** The default lockout after the limit was exceeded, such as `"10m"`.
*/
            pub fn lock() {}
            /** The default bucket: the calls of all endpoints are counted together.
*/
            pub fn bucket() {}
            /** Constant headers of all endpoints: `header("X-Version" = "1")`.
*/
            pub fn header() {}
            /** Another server of the provider, by the name that the client has for it.
*/
            pub fn server() {}
            /** Puts JSON schemas of arguments and responses into the metadata; `schema(feature = "…")`
 only with this feature of the crate.
*/
            pub fn schema() {}
        }
        pub mod endpoint {
            /** The scope that a token needs: `"Chats.UPDATE"`, `any("…", "…")` or `all("…", "…")`.
*/
            pub fn scope() {}
            /** Calls per time and user, such as `"20/min"` or `["100/s", "1000/h per app"]`, or `none`.
*/
            pub fn limit() {}
            /** How long a user is locked out who exceeds the limit, such as `"10m"`, or `none`.
*/
            pub fn lock() {}
            /** Another base for this endpoint.
*/
            pub fn base() {}
            /** The name of a bucket: calls of all endpoints that name it are counted together.
*/
            pub fn bucket() {}
            /** Another server of the provider, by the name that the client has for it.
*/
            pub fn server() {}
            /** Constant headers: `header("X-Version" = "1")`.
*/
            pub fn header() {}
            /** Constant members of the body: `field("action" = "close")`.
*/
            pub fn field() {}
            /** `body = optional`: sends no body where no field is set.
*/
            pub fn body() {}
            /** Whether the call may be sent twice.
*/
            pub fn idempotent() {}
            /** The header that carries a key of each call, such as `"Idempotency-Key"`. With it, the
 call may be sent twice.
*/
            pub fn idempotency_key() {}
            /** The member of the JSON answer that is the response, such as `"data.item"`.
*/
            pub fn response() {}
            /** Where a page's items and the next page's token are: `page(items = "…", token = "…")`.
*/
            pub fn page() {}
            /** Sends fields as `application/x-www-form-urlencoded`; `form = nested` writes `a[b]=c`.
*/
            pub fn form() {}
            /** Sends `#[part]` arguments as `multipart/form-data`.
*/
            pub fn multipart() {}
            /** A timeout for one attempt, such as `"30s"`.
*/
            pub fn timeout() {}
        }
        pub mod page {
            /** The member of the JSON answer that holds the items; the whole answer if there is none.
*/
            pub fn items() {}
            /** The member of the JSON answer that holds the next page's token.
*/
            pub fn token() {}
            /** The query parameter that carries the token, if it is not named like its member.
*/
            pub fn param() {}
            /** Where the next page's URL is: `link` for the `Link` header, or a member of the JSON
 answer.
*/
            pub fn next() {}
            /** The query parameter that carries the page's number.
*/
            pub fn number() {}
            /** The number of the first page; 1 by default.
*/
            pub fn first() {}
            /** The query parameter that carries how many items come before the page.
*/
            pub fn offset() {}
            /** The member of the JSON answer that tells whether there are more pages.
*/
            pub fn more() {}
        }
        pub mod argument {
            /// Fills a placeholder of another name: `#[path("CHAT_ID")]`.
            pub fn path() {}
            /// A query parameter.
            pub fn query() {}
            /// A header: `#[header("X-Name")]`.
            pub fn header() {}
            /// A member of the JSON body, or of the form.
            pub fn field() {}
            /// The whole body, as JSON or as it is.
            pub fn body() {}
            /// A part of a multipart body.
            pub fn part() {}
        }
        pub mod path {
            /** Joins a list with commas.
*/
            pub fn csv() {}
        }
        pub mod query {
            /** Joins a list with commas.
*/
            pub fn csv() {}
            /** Sends each member of a struct or a map as a parameter.
*/
            pub fn flatten() {}
            /** Sends a struct, a map or a list with brackets: `name[member]=value`.
*/
            pub fn deep() {}
        }
        pub mod header {}
        pub mod field {
            /** Joins a list with commas.
*/
            pub fn csv() {}
            /** Sends each member of a struct or a map as a member of the body.
*/
            pub fn flatten() {}
        }
        pub mod body {
            /** Sends the value as it is, not as JSON.
*/
            pub fn bytes() {}
            /** Sends the content of a `Body`, which may be a stream.
*/
            pub fn stream() {}
            /** The content type of such a body; `application/octet-stream` by default.
*/
            pub fn content_type() {}
        }
        pub mod part {}
        use endpoints::{self as _, ba as _};
        use endpoint::{self as _, sc as _};
        use page::{self as _, it as _};
        use argument::{self as _, qu as _};
        use path::{self as _};
        use query::{self as _, cs as _};
        use header::{self as _};
        use field::{self as _};
        use body::{self as _};
        use part::{self as _};
    }
};
