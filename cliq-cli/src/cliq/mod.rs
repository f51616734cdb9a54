//! `cliq`: what Zoho Cliq has besides its endpoints. The commands here are for people's accounts,
//! and short cuts to what is done most.

mod callback;
mod csv;
mod login;
mod profile;
mod prompt;
mod sandbox;
mod secrets;
mod send;
mod session;
mod tail;

use clap::{Arg, ArgMatches, Command};

use crate::command::{App, shared};
use crate::failure::Failure;
use crate::host::{Connection, Host, Running};

/// Zoho Cliq.
pub(crate) struct Cliq;

impl Host for Cliq {
    fn args(&self) -> Vec<Arg> {
        shared([
            Arg::new("profile")
                .long("profile")
                .value_name("NAME")
                .help("Uses this profile. Defaults to CLIQ_PROFILE, then to \"default\""),
            Arg::new("data-center")
                .long("data-center")
                .value_name("NAME")
                .help("US, EU, IN, AU, JP, CN, SA, UK, CA, or a host. Defaults to CLIQ_DATA_CENTER, then to the profile's"),
            sandbox::arg(),
        ])
    }

    fn commands(&self) -> Vec<Command> {
        let mut commands = vec![send::command(), tail::command()];
        commands.extend(login::commands());
        commands.push(sandbox::command());
        commands
    }

    fn run<'a>(&'a self, app: &'a App, name: &'a str, matches: &'a ArgMatches) -> Running<'a, ()> {
        Box::pin(async move {
            match name {
                "login" => login::login(app, matches).await,
                "logout" => login::logout(matches).await,
                "whoami" => login::whoami(matches),
                "send" => send::run(app, matches).await,
                "tail" => tail::run(app, matches).await,
                "sandbox" => sandbox::serve(matches).await,
                _ => Err(Failure::usage(format!("unknown command {name:?}"))),
            }
        })
    }

    fn connect<'a>(&'a self, _: &'a App, matches: &'a ArgMatches) -> Running<'a, Connection> {
        Box::pin(session::connect(matches))
    }
}
