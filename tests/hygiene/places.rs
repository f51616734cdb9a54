//! Declarations inside a function, and made by `macro_rules!`.

use cliq_api::prelude::*;

/// A function that declares endpoints.
#[test]
fn inside_a_function() {
    #[endpoints]
    trait Inner {
        #[endpoint(GET "/a/<ID>")]
        fn get_inner(&self, id: u8, #[query] a: Option<String>) -> String;
    }
    let client = Client::builder("http://localhost:1").build().unwrap();
    assert_eq!(
        client.get_inner(1).a("b").prepare().unwrap().uri(),
        "http://localhost:1/a/1?a=b"
    );
    assert_eq!(INNER.len(), 1);
}

/// Makes a trait of endpoints.
macro_rules! declare {
    (
        $vis:vis $name:ident $method:ident $path:literal $arg:ident: $arg_ty:ty,
        $opt:ident: $opt_ty:ty, $($list:ident: $list_ty:ty)? => $ret:ty
    ) => {
        /// Made by a macro: types arrive as groups.
        #[endpoints(base = "/made")]
        $vis trait $name {
            /// Made by a macro.
            #[endpoint(POST $path, limit = "20/min")]
            fn $method(
                &self,
                $arg: $arg_ty,
                #[query] $opt: $opt_ty,
                $(#[field] $list: $list_ty)?
            ) -> $ret;
        }
    };
}

declare!(pub(crate) Made post_made "/a/<ID>" id: String, q: Option<u32>, names: Option<Vec<String>> => Vec<String>);
declare!(pub(crate) MadeToo post_made_too "/b/<ID>" id: u64, q: Option<Vec<bool>>, => Bytes);
declare!(pub(crate) MadeEmpty post_made_empty "/c/<ID>" id: bool, q: Option<String>, => ());

/// Made of one type that a macro hands on.
macro_rules! wrapped {
    ($inner:ty) => {
        declare!(pub(crate) Wrapped post_wrapped "/d/<ID>" id: $inner, q: Option<$inner>, names: Vec<$inner> => Option<$inner>);
    };
}
wrapped!(String);

#[test]
fn made_by_a_macro() {
    let client = Client::builder("http://localhost:1").build().unwrap();
    let made = client.post_made("i").q(1).names(["n"]).prepare().unwrap();
    assert_eq!(made.uri(), "http://localhost:1/made/a/i?q=1");
    assert_eq!(made.body().as_bytes().unwrap(), &r#"{"names":["n"]}"#);
    assert_eq!(
        client.post_made_too(1).q([true]).prepare().unwrap().uri(),
        "http://localhost:1/made/b/1?q=true"
    );
    assert_eq!(
        client.post_made_empty(true).prepare().unwrap().uri(),
        "http://localhost:1/made/c/true"
    );
    assert_eq!(
        client
            .post_wrapped("a", ["b"])
            .q("c")
            .prepare()
            .unwrap()
            .body()
            .as_bytes()
            .unwrap(),
        &r#"{"names":["b"]}"#
    );
}
