//! What buttons do when they are pressed.
//!
//! Zoho documents three places of buttons, and each accepts other actions: [`ButtonAction`],
//! [`CardAction`], [`TextAction`]. An action in a place that doesn't accept it doesn't compile.

use serde::{Serialize, Serializer};

use super::check::{At, InvalidMessage};
use crate::cliq::macros::described;
use crate::cliq::threads::UserId;

/// Opens a URL: `open.url`.
///
/// The URL starts with `http`, `https`, `tel`, `sms` or `sip`, and has up to 256 characters.
///
/// ```
/// use cliq_api::cliq::message::{Button, Message, OpenUrl};
///
/// let ticket = OpenUrl::new("https://desk.example.com/892").ios("desk://892");
/// assert!(Message::text("New ticket").button(Button::new("Open", ticket)).check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct OpenUrl {
    web: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    windows: Option<String>,
    #[serde(rename = "iOS", skip_serializing_if = "Option::is_none")]
    ios: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    android: Option<String>,
}

impl OpenUrl {
    /// Returns the action for this URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            web: url.into(),
            windows: None,
            ios: None,
            android: None,
        }
    }

    /// Sets the URL for Windows on mobile devices, of any scheme and up to 256 characters.
    pub fn windows(mut self, url: impl Into<String>) -> Self {
        self.windows = Some(url.into());
        self
    }

    /// Sets the URL for iOS, of any scheme and up to 256 characters.
    pub fn ios(mut self, url: impl Into<String>) -> Self {
        self.ios = Some(url.into());
        self
    }

    /// Sets the URL for Android, of any scheme and up to 256 characters.
    pub fn android(mut self, url: impl Into<String>) -> Self {
        self.android = Some(url.into());
        self
    }

    fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        const MAX: usize = 256;
        const SCHEMES: [&str; 5] = ["http", "https", "tel", "sms", "sip"];
        let web = at.member("web");
        let scheme = self.web.split_once(':').map_or("", |(scheme, _)| scheme);
        if !SCHEMES.iter().any(|one| one.eq_ignore_ascii_case(scheme)) {
            return web.problem(
                "has no scheme that Cliq opens; it accepts `http`, `https`, `tel`, `sms` and `sip`",
            );
        }
        web.length(&self.web, MAX)?;
        at.length_of("windows", self.windows.as_deref(), MAX)?;
        at.length_of("iOS", self.ios.as_deref(), MAX)?;
        at.length_of("android", self.android.as_deref(), MAX)
    }
}

/// Runs a function of Cliq's developer console: `invoke.function`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct InvokeFunction {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
}

impl InvokeFunction {
    /// Returns the action for the function of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            owner: None,
        }
    }

    /// Sets the email address of the function's owner. Defaults to the user who posts the message.
    pub fn owner(mut self, email: impl Into<String>) -> Self {
        self.owner = Some(email.into());
        self
    }
}

/// Does something in Cliq itself: `system.api`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SystemApi {
    /// Calls this user.
    AudioCall(UserId),
    /// Calls this user, with video.
    VideoCall(UserId),
    /// Opens the chat with this user.
    StartChat(UserId),
    /// Invites this user to be a contact.
    Invite(UserId),
    /// Asks whoever presses the button for their location.
    LocationPermission,
}

impl SystemApi {
    /// Returns the action that calls this user.
    pub fn audio_call(user: impl Into<UserId>) -> Self {
        Self::AudioCall(user.into())
    }

    /// Returns the action that calls this user, with video.
    pub fn video_call(user: impl Into<UserId>) -> Self {
        Self::VideoCall(user.into())
    }

    /// Returns the action that opens the chat with this user.
    pub fn start_chat(user: impl Into<UserId>) -> Self {
        Self::StartChat(user.into())
    }

    /// Returns the action that invites this user to be a contact.
    pub fn invite(user: impl Into<UserId>) -> Self {
        Self::Invite(user.into())
    }
}

described! {
    object SystemApi ["Does something in Cliq itself."] {
        required [
            "`audiocall/<USER_ID>`, `videocall/<USER_ID>`, `startchat/<USER_ID>`,"
            "`invite/<USER_ID>` or `locationpermission`."
        ] ("api"): (type String),
    }
}

impl Serialize for SystemApi {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Data {
            api: String,
        }
        let api = match self {
            Self::AudioCall(user) => format!("audiocall/{user}"),
            Self::VideoCall(user) => format!("videocall/{user}"),
            Self::StartChat(user) => format!("startchat/{user}"),
            Self::Invite(user) => format!("invite/{user}"),
            Self::LocationPermission => "locationpermission".to_owned(),
        };
        Data { api }.serialize(out)
    }
}

/// Sends a message to a bot: `invoke.bot`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[must_use]
pub struct InvokeBot {
    bot_name: String,
    message: String,
}

impl InvokeBot {
    /// Returns the action that sends this message to the bot of this name.
    pub fn new(bot_name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            bot_name: bot_name.into(),
            message: message.into(),
        }
    }
}

/// Shows a page or a video inside of Cliq: `preview.url`.
///
/// The URL has up to 500 characters.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct PreviewUrl {
    url: String,
}

impl PreviewUrl {
    /// Returns the action for this URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into() }
    }
}

/// Copies a text to the clipboard: `copy`.
///
/// The text has up to 200 characters.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct CopyText {
    text: String,
}

impl CopyText {
    /// Returns the action that copies this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

/// An action of a [`Button`](super::Button) of a message.
#[diagnostic::on_unimplemented(
    message = "a message's button can't do this",
    label = "not an action of a `Button`",
    note = "it accepts `OpenUrl`, `InvokeFunction`, `SystemApi`, `PreviewUrl` and `CopyText`"
)]
pub trait ButtonAction: IntoAction {}

impl ButtonAction for OpenUrl {}
impl ButtonAction for InvokeFunction {}
impl ButtonAction for SystemApi {}
impl ButtonAction for PreviewUrl {}
impl ButtonAction for CopyText {}

/// An action of a button that is a part of a card.
#[diagnostic::on_unimplemented(
    message = "a card's button can't do this",
    label = "not an action of a card's button",
    note = "it accepts `OpenUrl`, `InvokeFunction`, `SystemApi`, `InvokeBot` and `PreviewUrl`"
)]
pub trait CardAction: IntoAction {}

impl CardAction for OpenUrl {}
impl CardAction for InvokeFunction {}
impl CardAction for SystemApi {}
impl CardAction for InvokeBot {}
impl CardAction for PreviewUrl {}

/// An action of an [`InstantButton`](super::InstantButton), which is a part of a text.
#[diagnostic::on_unimplemented(
    message = "an instant button can't do this",
    label = "not an action of an `InstantButton`",
    note = "it accepts `InvokeFunction`, `SystemApi` and `CopyText`"
)]
pub trait TextAction: IntoAction {}

impl TextAction for InvokeFunction {}
impl TextAction for SystemApi {}
impl TextAction for CopyText {}

use sealed::{Action, IntoAction, Place};

pub(super) mod sealed {
    //! Seals the traits of actions.

    use serde::Serialize;

    use super::{CopyText, InvokeBot, InvokeFunction, OpenUrl, SystemApi};

    pub trait IntoAction {
        /// Returns the action as this place sends it.
        fn into_action(self, place: Place) -> Action;
    }

    /// Where a button is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Place {
        /// In a text or below a message.
        Message,
        /// In a card, whose previews have their URL in `web`.
        Card,
    }

    /// The JSON of an action.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(tag = "type", content = "data")]
    pub enum Action {
        #[serde(rename = "open.url")]
        OpenUrl(OpenUrl),
        #[serde(rename = "invoke.function")]
        InvokeFunction(InvokeFunction),
        #[serde(rename = "system.api")]
        SystemApi(SystemApi),
        #[serde(rename = "invoke.bot")]
        InvokeBot(InvokeBot),
        #[serde(rename = "preview.url")]
        PreviewUrl { url: String },
        #[serde(rename = "preview.url")]
        PreviewWeb { web: String },
        #[serde(rename = "copy")]
        CopyText(CopyText),
    }
}

impl Action {
    pub(super) fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        let data = at.member("data");
        match self {
            Self::OpenUrl(action) => action.check(data),
            Self::PreviewUrl { url } => data.member("url").length(url, 500),
            Self::PreviewWeb { web } => data.member("web").length(web, 500),
            Self::CopyText(action) => data.member("text").length(&action.text, 200),
            Self::InvokeFunction(_) | Self::SystemApi(_) | Self::InvokeBot(_) => Ok(()),
        }
    }
}

macro_rules! into_action {
    ($($name:ident)*) => {
        $(impl IntoAction for $name {
            fn into_action(self, _: Place) -> Action {
                Action::$name(self)
            }
        })*
    };
}

into_action! { OpenUrl InvokeFunction SystemApi InvokeBot CopyText }

impl IntoAction for PreviewUrl {
    fn into_action(self, place: Place) -> Action {
        match place {
            Place::Message => Action::PreviewUrl { url: self.url },
            Place::Card => Action::PreviewWeb { web: self.url },
        }
    }
}
