//! Message actions: entries in the menu of a message, and their handlers.

use super::MessageActionId;
use super::macros::{models, open_enums};
use super::models::{AccessScope, ExecutionType, Handler, Permission, Person, Toggle};
use crate::prelude::*;

/// Message actions of Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    schema(feature = "schema")
)]
pub trait MessageActions {
    /// Lists the message actions that the user has access to, in pages.
    #[endpoint(
        GET "/messageactions",
        scope = "MessageActions.READ",
        limit = "30/min",
        lock = "5m",
        page(items = "data", token = "next_token")
    )]
    fn list_message_actions(
        &self,
        /// The maximum number of message actions per page: up to 100. Defaults to 20.
        #[query]
        limit: Option<u32>,
        /// Returns only what changed since the response that this token is from.
        #[query]
        sync_token: Option<String>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
    ) -> Page<MessageAction>;

    /// Creates a message action.
    #[endpoint(
        POST "/messageactions",
        scope = "MessageActions.CREATE",
        limit = "30/min",
        lock = "5m",
        response = "data"
    )]
    fn create_message_action(
        &self,
        /// The name in the menu: at most 30 characters.
        #[field]
        name: String,
        /// What is shown below the name: at most 128 characters.
        #[field]
        hint: String,
        /// Where the handler runs. Defaults to [`ExecutionType::Deluge`].
        #[field]
        execution_type: Option<ExecutionType>,
        /// The URL of the webhook, at most 225 characters; required by [`ExecutionType::Webhook`].
        #[field]
        execution_url: Option<String>,
        /// Who may use the action.
        #[field]
        scope: Option<AccessScope>,
        /// The teams that may use the action, up to 4; required by [`AccessScope::Team`].
        #[field]
        team_ids: Option<Vec<u64>>,
        /// Whether the action takes several messages at once.
        #[field]
        multi_selectable: Option<bool>,
        /// The icon, an image in base64.
        #[field]
        image: Option<String>,
        /// Which messages have the action.
        #[field]
        message_types: Option<Vec<ActionMessageType>>,
    ) -> MessageAction;

    /// Retrieves a message action.
    #[endpoint(
        GET "/messageactions/<MESSAGE_ACTION_ID>",
        scope = "MessageActions.READ",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn get_message_action(&self, message_action_id: MessageActionId) -> MessageAction;

    /// Changes a message action: what is set.
    #[endpoint(
        PATCH "/messageactions/<MESSAGE_ACTION_ID>",
        scope = "MessageActions.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn update_message_action(
        &self,
        message_action_id: MessageActionId,
        /// The URL of the webhook: at most 225 characters.
        #[field]
        execution_url: Option<String>,
        /// The name in the menu: at most 30 characters.
        #[field]
        name: Option<String>,
        /// What is shown below the name: at most 128 characters.
        #[field]
        hint: Option<String>,
        /// Who may use the action.
        #[field]
        scope: Option<AccessScope>,
        /// The teams that may use the action, up to 4; required by [`AccessScope::Team`].
        #[field]
        team_ids: Option<Vec<u64>>,
        /// Whether the action takes several messages at once.
        #[field]
        multi_selectable: Option<bool>,
        /// The icon, an image in base64.
        #[field]
        image: Option<String>,
        /// Which messages have the action.
        #[field]
        message_types: Option<Vec<ActionMessageType>>,
    ) -> MessageAction;

    /// Deletes a message action with its handler.
    #[endpoint(
        DELETE "/messageactions/<MESSAGE_ACTION_ID>",
        scope = "MessageActions.DELETE",
        limit = "10/min",
        lock = "5m"
    )]
    fn delete_message_action(&self, message_action_id: MessageActionId);

    /// Retrieves the handler of a message action.
    #[endpoint(
        GET "/messageactions/<MESSAGE_ACTION_ID>/handlers/<HANDLER_TYPE>",
        scope = "MessageActions.READ",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn get_message_action_handler(
        &self,
        message_action_id: MessageActionId,
        handler_type: MessageActionHandlerType,
    ) -> Handler;

    /// Changes the handler of a message action.
    #[endpoint(
        PATCH "/messageactions/<MESSAGE_ACTION_ID>/handlers/<HANDLER_TYPE>",
        scope = "MessageActions.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn update_message_action_handler(
        &self,
        message_action_id: MessageActionId,
        handler_type: MessageActionHandlerType,
        /// The Deluge script, of an action that runs on Zoho's platform.
        #[field]
        script: Option<String>,
        /// What the webhook receives along with an event, of an action with a webhook.
        #[field]
        permissions: Option<Vec<Permission>>,
    ) -> Handler;
}

open_enums! {
    /// Which messages have a message action.
    ActionMessageType {
        /// Texts.
        Text = "text",
        /// Messages with a link.
        Link = "link",
        /// Messages with a file.
        Attachment = "attachment",
    }

    /// Which event a handler of a message action handles.
    MessageActionHandlerType {
        /// A user chooses the action.
        Execution = "execution_handler",
    }
}

models! {
    /// A message action.
    MessageAction {
        /// The name in the menu.
        name: String,
        /// The id.
        id: MessageActionId,
        /// What is shown below the name.
        hint: String,
        /// Who may use it.
        scope: AccessScope,
        /// The teams that may use it.
        team_ids: Vec<u64>,
        /// Whether it takes several messages at once.
        multi_selectable: bool,
        /// Which messages have it.
        message_types: Vec<ActionMessageType>,
        /// Its handlers.
        handlers: Vec<Handler>,
        /// Who created it.
        creator: Person,
        /// Where its handler runs.
        execution_type: ExecutionType,
        /// The URL of its webhook.
        execution_url: String,
        /// Whether it is on.
        status: Toggle,
        /// Its type, such as `custom`.
        action_type = "type": String,
    }
}
