//! From the metadata of endpoints to an OpenAPI document.

mod answer;
mod body;
mod downgrade;
mod operation;
mod parameter;
mod schema;

use std::collections::BTreeMap;

use cliq_api::{EndpointMeta, Endpoints, Scopes};
use serde_json::Value;

use crate::node::{Members, Node};
use operation::Operation;
use schema::Schemas;

/// Describes the endpoints of these tables, one per trait.
///
/// The types of arguments and responses are described for traits with the key `schema`.
///
/// ```
/// # use cliq_api::prelude::*;
/// # #[endpoints] pub trait Tickets { #[endpoint(GET "/tickets")] fn list_tickets(&self); }
/// let yaml = cliq_openapi::document(&[TICKETS]).title("Help desk").to_yaml();
/// assert!(yaml.contains("operationId: list_tickets"));
/// ```
pub fn document(apis: &[&Endpoints]) -> Document {
    let title = apis.iter().find_map(|api| api.first());
    Document {
        apis: apis.iter().map(|api| api.to_vec()).collect(),
        openapi: OpenApi::V3_1,
        title: title.map_or("API", |meta| meta.api()).to_owned(),
        version: "1.0.0".to_owned(),
        description: None,
        server: None,
        servers: BTreeMap::new(),
        oauth2: None,
    }
}

/// A version of OpenAPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum OpenApi {
    /// 3.0.3, for tools that don't know 3.1.
    V3_0,
    /// 3.1.1.
    #[default]
    V3_1,
}

/// A description of endpoints, returned by [`document`].
#[derive(Debug, Clone)]
#[must_use]
pub struct Document {
    apis: Vec<Vec<&'static EndpointMeta>>,
    openapi: OpenApi,
    title: String,
    version: String,
    description: Option<String>,
    server: Option<String>,
    servers: BTreeMap<String, String>,
    oauth2: Option<OAuth2>,
}

#[derive(Debug, Clone)]
struct OAuth2 {
    name: String,
    authorization_url: String,
    token_url: String,
}

impl Document {
    /// Sets the version of OpenAPI. Defaults to 3.1.
    pub fn openapi(self, openapi: OpenApi) -> Self {
        Self { openapi, ..self }
    }

    /// Sets the API's name. Defaults to the name of the first trait.
    pub fn title(self, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    /// Sets the API's version. Defaults to `1.0.0`.
    pub fn version(self, version: impl Into<String>) -> Self {
        let version = version.into();
        Self { version, ..self }
    }

    /// Sets the API's description, as Markdown.
    pub fn description(self, description: impl Into<String>) -> Self {
        let description = Some(description.into());
        Self {
            description,
            ..self
        }
    }

    /// Sets the base URL of the client, without the base of the declarations.
    pub fn server(self, url: impl Into<String>) -> Self {
        let url: String = url.into();
        let server = Some(url.trim_end_matches('/').to_owned());
        Self { server, ..self }
    }

    /// Sets the URL of a named server (`server = "uploads"`).
    pub fn named_server(mut self, name: impl Into<String>, url: impl Into<String>) -> Self {
        let url: String = url.into();
        let url = url.trim_end_matches('/').to_owned();
        self.servers.insert(name.into(), url);
        self
    }

    /// Describes the authorization as OAuth 2.0 with authorization codes, under this name. Defaults
    /// to a bearer token.
    pub fn oauth2(
        self,
        name: impl Into<String>,
        authorization_url: impl Into<String>,
        token_url: impl Into<String>,
    ) -> Self {
        let oauth2 = Some(OAuth2 {
            name: name.into(),
            authorization_url: authorization_url.into(),
            token_url: token_url.into(),
        });
        Self { oauth2, ..self }
    }

    /// Returns the document as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Objects with text keys always serialize.
        let mut json = serde_json::to_string_pretty(&self.build()).unwrap_or_default();
        json.push('\n');
        json
    }

    /// Returns the document as YAML.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let options = serde_saphyr::ser_options! { yaml_12: false };
        serde_saphyr::to_string_with_options(&self.build(), options).unwrap_or_default()
    }

    /// Returns the document as a value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self.build()).unwrap_or_default()
    }

    fn build(&self) -> Node {
        let metas: Vec<_> = self.apis.iter().flatten().copied().collect();
        let base = common_base(&metas);
        let mut schemas = Schemas::default();
        let mut paths = Members::new();
        for meta in &metas {
            let operation = Operation {
                document: self,
                meta,
                base,
                id: self.operation_id(meta),
            };
            let method = meta.method().as_str().to_lowercase();
            let path = operation.path();
            let value = operation.build(&mut schemas);
            let taken = |path: &String| {
                let item = paths.get(path);
                item.is_some_and(|item: &Node| item.get(&method).is_some())
            };
            // OpenAPI can't express two endpoints of one URL, so a fragment distinguishes their
            // paths.
            let path = if taken(&path) {
                format!("{path}#{}", operation.id)
            } else {
                path
            };
            let item = paths.entry(path).or_insert_with(Node::empty);
            item.set(&method, value);
        }
        let mut root = Node::object([
            (
                "openapi",
                Node::from(match self.openapi {
                    OpenApi::V3_0 => "3.0.3",
                    OpenApi::V3_1 => "3.1.1",
                }),
            ),
            ("info", self.info()),
            ("x-generator", Node::from("cliq-openapi")),
            ("servers", Node::List(vec![self.server_of(base, None)])),
            ("tags", self.tags()),
            ("paths", Node::Object(paths)),
        ]);
        let mut components = Members::new();
        let schemas = schemas.into_members();
        if !schemas.is_empty() {
            components.insert("schemas".to_owned(), Node::Object(schemas));
        }
        if let Some(schemes) = self.security_schemes(&metas) {
            components.insert("securitySchemes".to_owned(), schemes);
        }
        if !components.is_empty() {
            root.set("components", Node::Object(components));
        }
        match self.openapi {
            OpenApi::V3_0 => downgrade::to_3_0(root),
            OpenApi::V3_1 => root,
        }
    }

    fn info(&self) -> Node {
        let mut info = Node::object([("title", self.title.as_str())].map(pair));
        if let Some(description) = &self.description {
            info.set("description", description.as_str());
        }
        info.set("version", self.version.as_str());
        info
    }

    fn tags(&self) -> Node {
        let apis = self.apis.iter().filter_map(|api| api.first());
        let tags = apis.map(|meta| Node::object([pair(("name", meta.api()))]));
        Node::List(tags.collect())
    }

    /// Returns a server object: the server's URL with this base.
    fn server_of(&self, base: &str, name: Option<&str>) -> Node {
        let url = match name {
            Some(name) => self.servers.get(name),
            None => self.server.as_ref(),
        };
        let url = format!("{}{base}", url.map_or("", String::as_str));
        let url = if url.is_empty() { "/" } else { &url };
        let mut server = Node::object([pair(("url", url))]);
        if let Some(name) = name {
            server.set("x-server", name);
        }
        server
    }

    /// Returns the method's name, prefixed with the trait's if another trait has the same method.
    fn operation_id(&self, meta: &EndpointMeta) -> String {
        let all = self.apis.iter().flatten();
        let same = all.filter(|other| other.name() == meta.name()).count();
        if same > 1 {
            format!("{}.{}", meta.api(), meta.name())
        } else {
            meta.name().to_owned()
        }
    }

    /// Returns the name of the security scheme.
    fn scheme(&self) -> &str {
        self.oauth2.as_ref().map_or("bearer", |oauth2| &oauth2.name)
    }

    /// Returns whether `security` can list scopes.
    fn has_scopes(&self) -> bool {
        self.oauth2.is_some() || self.openapi == OpenApi::V3_1
    }

    fn security_schemes(&self, metas: &[&EndpointMeta]) -> Option<Node> {
        let scopes = metas.iter().flat_map(|meta| meta.scopes().names());
        let scopes: BTreeMap<_, _> = scopes.map(|scope| pair((*scope, ""))).collect();
        let declared = metas.iter().any(|meta| meta.scopes() != Scopes::None);
        let scheme = match &self.oauth2 {
            Some(oauth2) => {
                let flow = Node::object([
                    pair(("authorizationUrl", &oauth2.authorization_url)),
                    pair(("tokenUrl", &oauth2.token_url)),
                    ("scopes", Node::object(scopes)),
                ]);
                Node::object([
                    pair(("type", "oauth2")),
                    ("flows", Node::object([("authorizationCode", flow)])),
                ])
            }
            None if declared => Node::object([pair(("type", "http")), pair(("scheme", "bearer"))]),
            None => return None,
        };
        Some(Node::object([(self.scheme(), scheme)]))
    }
}

fn pair<'n>((name, text): (&'n str, &str)) -> (&'n str, Node) {
    (name, Node::from(text))
}

/// Returns the most frequent base; of equally frequent ones the first, so that the output is
/// stable.
fn common_base(metas: &[&'static EndpointMeta]) -> &'static str {
    let plain = || metas.iter().filter(|meta| meta.server().is_none());
    let count = |base: &str| plain().filter(|meta| meta.base() == base).count();
    let mut best = "";
    let mut most = 0;
    for meta in plain() {
        let count = count(meta.base());
        if count > most {
            (best, most) = (meta.base(), count);
        }
    }
    best
}
