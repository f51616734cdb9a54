//! Which client a command uses: that of a profile, of variables, or of a sandbox.

use clap::ArgMatches;
use cliq_api::auth::{AccessToken, Credentials, OAuthClient, TokenSettings};
use cliq_api::shared::{FileLimitStore, FileTokenStore};
use cliq_api::{Client, ClientBuilder, DataCenter, SecretString};

use super::profile::{self, Profiles};
use super::{sandbox, secrets};
use crate::failure::{Exit, Failure};
use crate::host::Connection;
use crate::place;

/// Builds the client.
pub(super) async fn connect(matches: &ArgMatches) -> Result<Connection, Failure> {
    if let Some(wanted) = sandbox::wanted(matches)? {
        return sandbox::connect(&wanted).await;
    }
    let named = profile_name(matches)?;
    let client = match (&named, from_variables(matches)?) {
        (None, Some(builder)) => builder,
        (named, _) => from_profile(named.as_deref(), matches).await?,
    };
    Ok(Connection {
        client: client.build()?,
        _guard: None,
    })
}

/// The profile that was asked for; `None`: no one in particular.
pub(super) fn profile_name(matches: &ArgMatches) -> Result<Option<String>, Failure> {
    match matches.get_one::<String>("profile") {
        Some(name) => Ok(Some(name.clone())),
        None => place::text_variable("CLIQ_PROFILE"),
    }
}

/// The data center that was asked for.
pub(super) fn data_center(matches: &ArgMatches) -> Result<Option<DataCenter>, Failure> {
    let text = match matches.get_one::<String>("data-center") {
        Some(text) => Some(text.clone()),
        None => place::text_variable("CLIQ_DATA_CENTER")?,
    };
    text.as_deref().map(profile::data_center).transpose()
}

/// For CI: a token, or what gives one.
fn from_variables(matches: &ArgMatches) -> Result<Option<ClientBuilder>, Failure> {
    let secret = |name| Ok::<_, Failure>(place::text_variable(name)?.map(SecretString::from));
    let data_center = data_center(matches)?.unwrap_or_default();
    let credentials = if let Some(token) = secret("CLIQ_ACCESS_TOKEN")? {
        Credentials::access_token(AccessToken::new(token))
    } else if let Some(refresh_token) = secret("CLIQ_REFRESH_TOKEN")? {
        let Some(id) = place::text_variable("CLIQ_CLIENT_ID")? else {
            return Err(Failure::usage(
                "CLIQ_REFRESH_TOKEN needs CLIQ_CLIENT_ID, and CLIQ_CLIENT_SECRET if the client has one",
            ));
        };
        let app = client_of(&data_center, &id, secret("CLIQ_CLIENT_SECRET")?);
        Credentials::refresh_token(&app, refresh_token)
    } else {
        return Ok(None);
    };
    let user = place::text_variable("CLIQ_USER")?;
    let user = user.unwrap_or_else(|| profile::DEFAULT.to_owned());
    shared(Client::cliq(data_center).credentials(credentials), &user).map(Some)
}

async fn from_profile(named: Option<&str>, matches: &ArgMatches) -> Result<ClientBuilder, Failure> {
    let profiles = Profiles::open()?;
    let name = named.unwrap_or(profile::DEFAULT);
    let Some(profile) = profiles.get(name)? else {
        let problem = match named {
            Some(name) => format!("there is no profile {name:?}"),
            None => NOT_SIGNED_IN.to_owned(),
        };
        return Err(not_signed_in(problem));
    };
    let secrets = secrets::load(profiles.directory(), name, profile.secrets).await?;
    let data_center = match data_center(matches)? {
        Some(data_center) => data_center,
        None => profile.data_center()?,
    };
    let app = client_of(&data_center, &profile.client_id, secrets.client_secret);
    let credentials =
        Credentials::refresh_token(&app, secrets.refresh_token).scopes(&*profile.scopes);
    shared(
        Client::cliq(data_center).credentials(credentials),
        &profile.user,
    )
}

pub(super) const NOT_SIGNED_IN: &str = "you are not signed in";

pub(super) fn not_signed_in(problem: impl Into<String>) -> Failure {
    Failure::new(Exit::Unauthorized, problem)
        .advice("run cliq login, set CLIQ_ACCESS_TOKEN, or try it with --sandbox")
}

/// A registered program.
pub(super) fn client_of(
    data_center: &DataCenter,
    id: &str,
    secret: Option<SecretString>,
) -> OAuthClient {
    match secret {
        Some(secret) => OAuthClient::new(data_center, id, secret),
        None => OAuthClient::public(data_center, id),
    }
}

/// Shares limits and tokens with all other processes of the user.
fn shared(builder: ClientBuilder, user: &str) -> Result<ClientBuilder, Failure> {
    let state = place::state("cliq")?;
    let tokens = FileTokenStore::open(state.join("tokens"))?;
    Ok(builder
        .user(user)
        .limit_store(FileLimitStore::open(state.join("limits"))?)
        .tokens(TokenSettings::new().store(tokens)))
}
