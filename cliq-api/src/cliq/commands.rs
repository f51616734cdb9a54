//! Slash commands, which users type into the message field, and their handlers.

use std::collections::BTreeMap;

use super::CommandId;
use super::macros::{models, open_enums};
use super::models::{AccessScope, ExecutionType, Handler, Permission, Person, Toggle};
use crate::prelude::*;

/// Slash commands of Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    schema(feature = "schema")
)]
pub trait Commands {
    /// Lists slash commands, in pages.
    #[endpoint(
        GET "/commands",
        scope = "Commands.READ",
        limit = "30/min",
        lock = "5m",
        page(items = "data", token = "next_token")
    )]
    fn list_commands(
        &self,
        /// The maximum number of commands per page.
        #[query]
        limit: Option<u32>,
        /// Returns only what changed since the response that this token is from.
        #[query]
        sync_token: Option<String>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
    ) -> Page<Command>;

    /// Creates a slash command.
    #[endpoint(
        POST "/commands",
        scope = "Commands.CREATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn create_command(
        &self,
        /// What users type after the slash: at most 30 lowercase letters.
        #[field]
        name: String,
        /// What is shown while users type: at most 128 characters.
        #[field]
        hint: String,
        /// Who may use the command.
        #[field]
        scope: AccessScope,
        /// Where the handlers run. Defaults to [`ExecutionType::Deluge`].
        #[field]
        execution_type: Option<ExecutionType>,
        /// The URL of the webhook, at most 225 characters; required by [`ExecutionType::Webhook`].
        #[field]
        execution_url: Option<String>,
        /// What the command does: at most 300 characters.
        #[field]
        description: Option<String>,
        /// The names of the command's options, up to 5, and their meanings: up to 100 characters.
        #[field]
        options: Option<BTreeMap<String, String>>,
        /// The teams that may use the command, up to 4; required by [`AccessScope::Team`].
        #[field]
        team_ids: Option<Vec<u64>>,
        /// The icon, an image of up to 100 KB in base64.
        #[field]
        image: Option<String>,
        /// How many suggestions a user may choose, up to 5.
        #[field]
        max_suggestions: Option<u32>,
    ) -> Command;

    /// Retrieves a slash command.
    #[endpoint(
        GET "/commands/<SLASH_COMMAND_ID>",
        scope = "Commands.READ",
        limit = "30/min",
        lock = "5m",
        response = "data"
    )]
    fn get_command(&self, slash_command_id: CommandId) -> Command;

    /// Changes a slash command: what is set.
    #[endpoint(
        PATCH "/commands/<SLASH_COMMAND_ID>",
        scope = "Commands.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn update_command(
        &self,
        slash_command_id: CommandId,
        /// The URL of the webhook: at most 225 characters.
        #[field]
        execution_url: Option<String>,
        /// What users type after the slash: at most 30 characters.
        #[field]
        name: Option<String>,
        /// What is shown while users type: at most 128 characters.
        #[field]
        hint: Option<String>,
        /// What the command does: at most 300 characters.
        #[field]
        description: Option<String>,
        /// The names of the command's options, up to 5, and their meanings: up to 100 characters.
        #[field]
        options: Option<BTreeMap<String, String>>,
        /// Who may use the command.
        #[field]
        scope: Option<AccessScope>,
        /// The teams that may use the command, up to 4; required by [`AccessScope::Team`].
        #[field]
        team_ids: Option<Vec<u64>>,
        /// The icon, an image of up to 100 KB in base64.
        #[field]
        image: Option<String>,
        /// How many suggestions a user may choose, up to 5.
        #[field]
        max_suggestions: Option<u32>,
    ) -> Command;

    /// Deletes a slash command with its handlers.
    #[endpoint(
        DELETE "/commands/<SLASH_COMMAND_ID>",
        scope = "Commands.DELETE",
        limit = "10/min",
        lock = "5m"
    )]
    fn delete_command(&self, slash_command_id: CommandId);

    /// Creates a handler of a slash command.
    #[endpoint(
        POST "/commands/<SLASH_COMMAND_ID>/handlers",
        scope = "Commands.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn create_command_handler(
        &self,
        slash_command_id: CommandId,
        /// Which event to handle.
        #[field("type")]
        handler_type: CommandHandlerType,
        /// The Deluge script, of a command that runs on Zoho's platform.
        #[field]
        script: Option<String>,
        /// What the webhook receives along with an event, of a command with a webhook.
        #[field]
        permissions: Option<Vec<Permission>>,
    ) -> Handler;

    /// Retrieves a handler of a slash command.
    #[endpoint(
        GET "/commands/<SLASH_COMMAND_ID>/handlers/<COMMAND_HANDLER_TYPE>",
        scope = "Commands.READ",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn get_command_handler(
        &self,
        slash_command_id: CommandId,
        command_handler_type: CommandHandlerType,
    ) -> Handler;

    /// Changes a handler of a slash command.
    #[endpoint(
        PATCH "/commands/<SLASH_COMMAND_ID>/handlers/<COMMAND_HANDLER_TYPE>",
        scope = "Commands.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn update_command_handler(
        &self,
        slash_command_id: CommandId,
        command_handler_type: CommandHandlerType,
        /// The Deluge script, of a command that runs on Zoho's platform.
        #[field]
        script: Option<String>,
        /// What the webhook receives along with an event, of a command with a webhook.
        #[field]
        permissions: Option<Vec<Permission>>,
    ) -> Handler;

    /// Deletes a handler of a slash command.
    #[endpoint(
        DELETE "/commands/<SLASH_COMMAND_ID>/handlers/<COMMAND_HANDLER_TYPE>",
        scope = "Commands.UPDATE",
        limit = "10/min",
        lock = "5m"
    )]
    fn delete_command_handler(
        &self,
        slash_command_id: CommandId,
        command_handler_type: CommandHandlerType,
    );
}

open_enums! {
    /// Which event a handler of a slash command handles.
    CommandHandlerType {
        /// A user sends the command.
        Execution = "execution_handler",
        /// A user types the command.
        Suggestion = "suggestion_handler",
    }
}

models! {
    /// A slash command.
    Command {
        /// What users type after the slash.
        name: String,
        /// The id.
        id: CommandId,
        /// What is shown while users type.
        hint: String,
        /// What it does.
        description: String,
        /// Who may use it.
        scope: AccessScope,
        /// The names of its options, and what they mean.
        options: BTreeMap<String, String>,
        /// How many suggestions a user may choose.
        max_suggestions: u64,
        /// Its handlers.
        handlers: Vec<Handler>,
        /// Who created it.
        creator: Person,
        /// Where its handlers run.
        execution_type: ExecutionType,
        /// The URL of its webhook.
        execution_url: String,
        /// Whether it is on.
        status: Toggle,
        /// Its type, such as `custom`.
        command_type = "type": String,
    }
}
