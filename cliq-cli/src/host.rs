//! What a command line is for: how its client is built, and which commands it has besides its
//! endpoints.

use std::any::Any;
use std::pin::Pin;

use clap::{Arg, ArgMatches};
use cliq_api::shared::FileLimitStore;
use cliq_api::{Client, ClientBuilder, Error};

use crate::command::App;
use crate::failure::Failure;
use crate::place;

/// What a host does on request.
pub(crate) type Running<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + 'a>>;

/// A client, and what has to live as long as it.
pub(crate) struct Connection {
    pub(crate) client: Client,
    pub(crate) _guard: Option<Box<dyn Any>>,
}

/// What a command line is for.
pub(crate) trait Host {
    /// Options of all commands.
    fn args(&self) -> Vec<Arg> {
        Vec::new()
    }

    /// Commands besides the endpoints.
    fn commands(&self) -> Vec<clap::Command> {
        Vec::new()
    }

    /// Runs one of them.
    fn run<'a>(&'a self, app: &'a App, name: &'a str, matches: &'a ArgMatches) -> Running<'a, ()> {
        let _ = (app, matches);
        let problem = format!("unknown command {name:?}");
        Box::pin(async move { Err(Failure::usage(problem)) })
    }

    /// Builds the client.
    fn connect<'a>(&'a self, app: &'a App, matches: &'a ArgMatches) -> Running<'a, Connection>;
}

type Build = dyn Fn() -> Result<ClientBuilder, Error>;

/// A user's own API: its client is built from a URL, or by a function.
#[derive(Default)]
pub(crate) struct Plain {
    pub(crate) base_url: Option<String>,
    pub(crate) build: Option<Box<Build>>,
}

impl Host for Plain {
    fn connect<'a>(&'a self, app: &'a App, _: &'a ArgMatches) -> Running<'a, Connection> {
        Box::pin(async move { self.client(app) })
    }
}

impl Plain {
    fn client(&self, app: &App) -> Result<Connection, Failure> {
        let prefix = place::prefix(app.name());
        let text = |name: &str| place::text_variable(&format!("{prefix}{name}"));
        let url = text("URL")?;
        let mut builder = match (&self.build, url.as_ref().or(self.base_url.as_ref())) {
            (Some(build), _) => {
                let builder = build()?;
                match url {
                    Some(url) => builder.base_url(url),
                    None => builder,
                }
            }
            (None, Some(url)) => Client::builder(url),
            (None, None) => {
                let problem = format!("there is no server to call; set {prefix}URL");
                return Err(Failure::usage(problem));
            }
        };
        if let Some(token) = text("TOKEN")? {
            builder = builder.bearer(token);
        }
        let user = text("USER")?.unwrap_or_else(|| "default".to_owned());
        let limits = FileLimitStore::open(place::state(app.name())?.join("limits"))?;
        let client = builder
            .apis(app.tables().iter().copied())
            .user(user)
            .limit_store(limits)
            .build()?;
        Ok(Connection {
            client,
            _guard: None,
        })
    }
}
