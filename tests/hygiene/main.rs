//! Generated code in a strict user crate and in unusual places: compiled in editions 2021 and 2024,
//! and checked by clippy.

#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    missing_debug_implementations,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    let_underscore_drop,
    unused_results,
    elided_lifetimes_in_paths
)]

mod names;
mod no_prelude;
mod places;
mod shadowed;

/// Private endpoints, all but one unused.
mod private {
    use cliq_api::prelude::*;

    #[endpoints(limit = "20/min", lock = "10m")]
    trait Private {
        #[endpoint(GET "/a/<ID>")]
        fn get_private(&self, id: String, #[query] n: Option<u32>) -> Vec<String>;
    }

    #[test]
    fn it_can_be_called() {
        let client = Client::builder("http://localhost:1").build().unwrap();
        let request = client.get_private("x").n(5).prepare().unwrap();
        assert_eq!(request.uri(), "http://localhost:1/a/x?n=5");
    }
}

/// Endpoints that are as visible as the types that they use.
mod visibilities {
    use cliq_api::prelude::*;
    use serde::Deserialize;

    pub(crate) mod inner {
        use super::*;

        #[derive(Debug, Deserialize)]
        pub(super) struct Near;

        #[derive(Debug, Deserialize)]
        pub(in crate::visibilities) struct Named;

        #[derive(Debug, Deserialize)]
        struct Own;

        #[endpoints]
        pub(super) trait NearApi {
            #[endpoint(GET "/near")]
            fn get_near(&self) -> Near;
        }

        #[endpoints]
        pub(in crate::visibilities) trait NamedApi {
            #[endpoint(GET "/named")]
            fn get_named(&self) -> Named;
        }

        #[endpoints]
        pub(in super::super::visibilities) trait RelativeApi {
            #[endpoint(GET "/relative")]
            fn get_relative(&self) -> Named;
        }

        #[endpoints]
        pub(self) trait OwnApi {
            #[endpoint(GET "/own")]
            fn get_own(&self) -> Own;
        }

        #[test]
        fn user_types_can_be_called() {
            let client = Client::builder("http://localhost:1").build().unwrap();
            let request = client.get_own().prepare().unwrap();
            assert_eq!(request.uri(), "http://localhost:1/own");
        }
    }

    #[test]
    fn endpoints_of_an_inner_module_can_be_called() {
        use inner::{NamedApi, NearApi, RelativeApi};

        let client = Client::builder("http://localhost:1").build().unwrap();
        let near = client.get_near().prepare().unwrap();
        assert_eq!(near.uri(), "http://localhost:1/near");
        let named = client.get_named().prepare().unwrap();
        assert_eq!(named.uri(), "http://localhost:1/named");
        let relative = client.get_relative().prepare().unwrap();
        assert_eq!(relative.uri(), "http://localhost:1/relative");
    }
}

/// Through a crate that re-exports ours under another name.
mod reexported {
    /// That crate.
    pub(crate) mod other {
        pub(crate) use cliq_api as renamed;
    }

    use other::renamed::prelude::*;

    #[endpoints(crate = crate::reexported::other::renamed, base = "/api", scope_prefix = "A")]
    pub(crate) trait Reexported {
        #[endpoint(POST "/a", scope = "B", page(items = "i", token = "t"))]
        fn list_it(
            &self,
            #[field] a: Option<Vec<String>>,
            #[query] t: Option<String>,
        ) -> Page<String>;
    }

    #[test]
    fn it_can_be_called() {
        let client = Client::builder("http://localhost:1").build().unwrap();
        let request = client.list_it().a(["b"]).t("c").prepare().unwrap();
        assert_eq!(request.uri(), "http://localhost:1/api/a?t=c");
        assert_eq!(request.body().as_bytes().unwrap(), &r#"{"a":["b"]}"#);
    }
}

/// Attributes that are copied from a method to the generated items.
mod carried {
    use cliq_api::prelude::*;

    #[endpoints]
    #[cfg(not(any()))]
    pub(crate) trait Carried {
        #[cfg(any())]
        #[endpoint(GET "/a")]
        fn gone(&self, #[query] a: Option<NoSuchType>) -> NoSuchType;

        #[cfg_attr(not(any()), cfg(any()))]
        #[endpoint(GET "/b")]
        fn gone_too(&self, #[query] a: Option<NoSuchType>) -> NoSuchType;

        #[cfg(any())]
        #[endpoint(GET "/c")]
        fn twin(&self) -> NoSuchType;

        #[cfg(not(any()))]
        #[endpoint(GET "/d")]
        fn twin(&self) -> String;

        #[deprecated = "use `twin`"]
        #[endpoint(GET "/e")]
        fn old(&self, #[query] a: Option<String>);

        #[allow(non_snake_case)]
        #[endpoint(GET "/f")]
        fn odd_Name(&self, #[query] odd_Arg: Option<String>);
    }

    #[allow(non_snake_case)]
    #[endpoints]
    trait CarriedByTrait {
        #[endpoint(GET "/g")]
        fn other_Name(&self, #[query] other_Arg: Option<String>);
    }

    #[cfg(any())]
    #[endpoints]
    trait Gone {
        #[endpoint(GET "/a")]
        fn gone_with_its_trait(&self);
    }

    #[test]
    fn cfg_removes_all_generated_items() {
        let names: Vec<_> = CARRIED.iter().map(|meta| meta.name()).collect();
        assert_eq!(names, ["twin", "old", "odd_Name"]);
        let client = Client::builder("http://localhost:1").build().unwrap();
        assert_eq!(
            client.twin().prepare().unwrap().uri(),
            "http://localhost:1/d"
        );
        assert_eq!(
            client.odd_Name().odd_Arg("a").prepare().unwrap().uri(),
            "http://localhost:1/f?odd_Arg=a"
        );
        let uri = client
            .other_Name()
            .other_Arg("a")
            .prepare()
            .unwrap()
            .uri()
            .to_string();
        assert_eq!(uri, "http://localhost:1/g?other_Arg=a");
        #[allow(deprecated)]
        let old = client.old().a("a").prepare();
        assert_eq!(old.unwrap().uri(), "http://localhost:1/e?a=a");
    }
}
