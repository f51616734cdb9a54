//! `login`, `logout` and `whoami`.

use clap::{ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use cliq_api::auth::{OAuth, OAuthClient, ScopeSet, SignedIn};
use cliq_api::{DataCenter, EndpointMeta, SecretString, zoho};
use serde_json::json;

use super::profile::{self, Keeper, Profile, Profiles};
use super::secrets::{self, Secrets};
use super::{callback, prompt, session};
use crate::command::{App, flag, option};
use crate::failure::Failure;
use crate::output::Output;
use crate::place;

pub(super) fn commands() -> [Command; 3] {
    [
        login_command(),
        Command::new("logout").about("Revokes the token of a profile, and removes the profile"),
        Command::new("whoami").about("Shows the profiles, and the one that is used"),
    ]
}

fn login_command() -> Command {
    Command::new("login")
        .about("Signs in: in the browser, with a code of the API console, or as a device")
        .after_help(
            "Register the program at https://api-console.zoho.com first, in the data center of your \
             account: a server-based application with the redirect URI http://localhost:8765/callback \
             for the browser, a self client for --self-client.",
        )
        .arg(
            option(
                "for",
                "NAMES",
                "What to request scopes for: groups or commands, such as threads,messages.post-to-channel. Defaults to everything",
            )
            .action(ArgAction::Append)
            .value_delimiter(','),
        )
        .arg(
            option("scope", "SCOPES", "Requests these scopes as well, separated by commas")
                .action(ArgAction::Append)
                .value_delimiter(','),
        )
        .arg(flag("device", "Shows a code, to be entered in a browser elsewhere"))
        .arg(flag(
            "self-client",
            "Takes a code that the API console has made for a self client; asks for it, or reads it from standard input",
        ))
        .arg(flag("no-browser", "Prints the URL, and opens no browser"))
        .group(ArgGroup::new("way").args(["device", "self-client", "no-browser"]))
        .arg(option(
            "client-id",
            "ID",
            "The client id. Defaults to CLIQ_CLIENT_ID; asks for it otherwise",
        ))
        .arg(option(
            "client-secret-file",
            "FILE",
            "Reads the client secret from this file. Defaults to CLIQ_CLIENT_SECRET; asks for it otherwise",
        ))
        .arg(
            option(
                "redirect-port",
                "PORT",
                "The port of the redirect URI that is registered for the client",
            )
            .default_value("8765")
            .value_parser(value_parser!(u16)),
        )
        .arg(option(
            "user",
            "KEY",
            "The key that rate limits are counted under: the same one for all profiles of one user of Cliq. Defaults to the profile's name",
        ))
        .arg(option("network", "NAME", "Uses this network of the organization"))
        .arg(
            option(
                "store",
                "PLACE",
                "Where secrets are kept: keyring, or a file that only you can read. Defaults to the keyring, where there is one",
            )
            .value_parser(["keyring", "file"])
            .hide_possible_values(true),
        )
}

/// Signs in, and stores the profile.
pub(super) async fn login(app: &App, matches: &ArgMatches) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let name = session::profile_name(matches)?.unwrap_or_else(|| profile::DEFAULT.to_owned());
    let data_center = session::data_center(matches)?.unwrap_or_default();
    let scopes = wanted_scopes(app, matches)?;
    let id = match text("client-id") {
        Some(id) => id,
        None => match place::text_variable("CLIQ_CLIENT_ID")? {
            Some(id) => id,
            None => prompt::ask("Client id: ").await?,
        },
    };
    let secret = client_secret(text("client-secret-file").as_deref()).await?;
    let client = session::client_of(&data_center, &id, Some(secret.clone()));
    let oauth = OAuth::builder(&client).build()?;
    let signed_in = if matches.get_flag("device") {
        device(&oauth, &scopes).await?
    } else if matches.get_flag("self-client") {
        let code = prompt::ask_secret("Code: ").await?;
        oauth.exchange_self_client(code).await?
    } else {
        let port = matches
            .get_one("redirect-port")
            .copied()
            .unwrap_or_default();
        callback::consent(&oauth, &scopes, port, !matches.get_flag("no-browser")).await?
    };
    let keeper = match text("store").as_deref() {
        Some("keyring") => Some(Keeper::Keyring),
        Some(_) => Some(Keeper::File),
        None => None,
    };
    let user = text("user").unwrap_or_else(|| name.clone());
    let granted = signed_in.access_token().scopes().unwrap_or(&scopes);
    let profile = Profile {
        data_center: profile::written(signed_in.data_center().unwrap_or(&data_center)),
        network: text("network"),
        client_id: id,
        user,
        scopes: granted.to_string(),
        secrets: Keeper::File,
    };
    keep(&name, profile, &signed_in, secret, keeper).await
}

async fn keep(
    name: &str,
    profile: Profile,
    signed_in: &SignedIn,
    client_secret: SecretString,
    keeper: Option<Keeper>,
) -> Result<(), Failure> {
    let profiles = Profiles::open()?;
    let stored = Secrets {
        client_secret: Some(client_secret),
        refresh_token: signed_in.refresh_token()?.clone(),
    };
    let keeper = secrets::store(profiles.directory(), name, &stored, keeper).await?;
    let scopes = profile.scopes.clone();
    let data_center = profile.data_center.clone();
    let profile = Profile {
        secrets: keeper,
        ..profile
    };
    if let Err(failure) = profiles.put(name, profile) {
        // Without its profile nobody finds it again.
        let _ = secrets::remove(profiles.directory(), name, keeper).await;
        return Err(failure);
    }
    eprintln!("Signed in at {data_center} as the profile {name:?}, with {scopes}.");
    match keeper {
        Keeper::Keyring => eprintln!("The refresh token is in the system's keyring."),
        Keeper::File => eprintln!(
            "The refresh token is in {}, which only you can read: there is no keyring, or it was not wanted.",
            profiles.directory().display()
        ),
    }
    Ok(())
}

/// The least scopes for what was named.
fn wanted_scopes(app: &App, matches: &ArgMatches) -> Result<ScopeSet, Failure> {
    let names: Vec<&String> = matches.get_many("for").into_iter().flatten().collect();
    let mut endpoints: Vec<&EndpointMeta> = Vec::new();
    for name in &names {
        endpoints.extend(app.named(name)?.iter().map(|(_, entry)| entry.meta));
    }
    let more: Vec<&String> = matches.get_many("scope").into_iter().flatten().collect();
    if names.is_empty() && more.is_empty() {
        endpoints.extend(app.catalog.all().map(|(_, entry)| entry.meta));
    }
    let least = zoho::scopes_for(&endpoints);
    let names = least.names().chain(more.iter().map(|scope| scope.as_str()));
    Ok(names.collect())
}

/// Never on the command line, where everybody on the machine can read it.
async fn client_secret(file: Option<&str>) -> Result<SecretString, Failure> {
    if let Some(file) = file {
        let text = tokio::fs::read_to_string(file).await;
        let text = text.map_err(|error| Failure::usage(format!("can't read {file}: {error}")))?;
        return Ok(text.trim().into());
    }
    match place::text_variable("CLIQ_CLIENT_SECRET")? {
        Some(secret) => Ok(secret.into()),
        None => prompt::ask_secret("Client secret: ").await,
    }
}

async fn device(oauth: &OAuth, scopes: &ScopeSet) -> Result<SignedIn, Failure> {
    let device = oauth.start_device(scopes).await?;
    eprintln!(
        "Go to {} and enter the code {}",
        device.verification_uri(),
        device.user_code()
    );
    Ok(device.wait().await?)
}

/// Revokes the token, and forgets the profile even if that fails.
pub(super) async fn logout(matches: &ArgMatches) -> Result<(), Failure> {
    let profiles = Profiles::open()?;
    let name = session::profile_name(matches)?.unwrap_or_else(|| profile::DEFAULT.to_owned());
    let Some(profile) = profiles.get(&name)? else {
        return Err(Failure::usage(format!("there is no profile {name:?}")));
    };
    let revoked = revoke(&profiles, &name, &profile).await;
    secrets::remove(profiles.directory(), &name, profile.secrets).await?;
    profiles.remove(&name)?;
    revoked.map_err(|failure| {
        failure.advice(
            "the profile is removed, but the token may still be valid: end it in your Zoho account",
        )
    })?;
    eprintln!("Signed out: the token is revoked, and the profile {name:?} is removed.");
    Ok(())
}

async fn revoke(profiles: &Profiles, name: &str, profile: &Profile) -> Result<(), Failure> {
    let secrets = secrets::load(profiles.directory(), name, profile.secrets).await?;
    let data_center: DataCenter = profile.data_center()?;
    let client: OAuthClient =
        session::client_of(&data_center, &profile.client_id, secrets.client_secret);
    let oauth = OAuth::builder(&client).build()?;
    Ok(oauth.revoke(secrets.refresh_token, data_center).await?)
}

/// Shows who one is, without a request.
pub(super) fn whoami(matches: &ArgMatches) -> Result<(), Failure> {
    let output = Output::new(matches)?;
    let named = session::profile_name(matches)?;
    let by_variables = named.is_none()
        && ["CLIQ_ACCESS_TOKEN", "CLIQ_REFRESH_TOKEN"]
            .into_iter()
            .any(|name| place::variable(name).is_some());
    let used = named.unwrap_or_else(|| profile::DEFAULT.to_owned());
    let profiles = Profiles::open()?.all()?;
    if profiles.is_empty() && !by_variables {
        return Err(session::not_signed_in(session::NOT_SIGNED_IN));
    }
    let mut rows = Vec::new();
    if by_variables {
        rows.push(json!({
            "used": true,
            "profile": "(variables)",
            "data_center": place::text_variable("CLIQ_DATA_CENTER")?.unwrap_or_else(|| "US".to_owned()),
        }));
    }
    rows.extend(profiles.iter().map(|(name, profile)| {
        json!({
            "used": !by_variables && *name == used,
            "profile": name,
            "data_center": profile.data_center,
            "user": profile.user,
            "client_id": profile.client_id,
            "secrets": profile.secrets,
            "scopes": profile.scopes,
        })
    }));
    output.print(rows.into(), &[])
}
