//! Functions, which buttons, forms and widgets run, and their handlers.

use super::FunctionId;
use super::macros::{models, open_enums};
use super::models::{AccessScope, ExecutionType, Handler, Permission, Person, Toggle};
use crate::prelude::*;

/// Functions of Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    schema(feature = "schema")
)]
pub trait Functions {
    /// Lists the user's functions, in pages.
    #[endpoint(
        GET "/functions",
        scope = "Functions.READ",
        limit = "30/min",
        lock = "5m",
        page(items = "data", token = "next_token")
    )]
    fn list_functions(
        &self,
        /// The maximum number of functions per page: up to 50. Defaults to 20.
        #[query]
        limit: Option<u32>,
        /// Returns only what changed since the response that this token is from.
        #[query]
        sync_token: Option<String>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
    ) -> Page<Function>;

    /// Creates a function.
    #[endpoint(
        POST "/functions",
        scope = "Functions.CREATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn create_function(
        &self,
        /// The name: at most 30 characters.
        #[field]
        name: String,
        /// What the function does: at most 300 characters.
        #[field]
        description: String,
        /// What runs the function.
        #[field]
        function_type: FunctionType,
        /// Where the handlers run. Defaults to [`ExecutionType::Deluge`].
        #[field]
        execution_type: Option<ExecutionType>,
        /// The URL of the webhook, at most 225 characters; required by [`ExecutionType::Webhook`].
        #[field]
        execution_url: Option<String>,
    ) -> Function;

    /// Retrieves a function.
    #[endpoint(
        GET "/functions/<FUNCTION_ID>",
        scope = "Functions.READ",
        limit = "30/min",
        lock = "5m",
        response = "data"
    )]
    fn get_function(&self, function_id: FunctionId) -> Function;

    /// Changes a function: what is set.
    #[endpoint(
        PATCH "/functions/<FUNCTION_ID>",
        scope = "Functions.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn update_function(
        &self,
        function_id: FunctionId,
        /// The name: at most 30 characters.
        #[field]
        name: Option<String>,
        /// What the function does: at most 300 characters.
        #[field]
        description: Option<String>,
        /// The URL of the webhook: at most 225 characters.
        #[field]
        execution_url: Option<String>,
    ) -> Function;

    /// Deletes a function with its handlers.
    #[endpoint(
        DELETE "/functions/<FUNCTION_ID>",
        scope = "Functions.DELETE",
        limit = "10/min",
        lock = "5m"
    )]
    fn delete_function(&self, function_id: FunctionId);

    /// Creates a handler of a function.
    #[endpoint(
        POST "/functions/<FUNCTION_ID>/handlers",
        scope = "Functions.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn create_function_handler(
        &self,
        function_id: FunctionId,
        /// Which event to handle.
        #[field("type")]
        handler_type: FunctionHandlerType,
        /// The Deluge script, of a function that runs on Zoho's platform.
        #[field]
        script: Option<String>,
        /// What the webhook receives along with an event, of a function with a webhook.
        #[field]
        permissions: Option<Vec<Permission>>,
    ) -> Function;

    /// Retrieves a handler of a function.
    #[endpoint(
        GET "/functions/<FUNCTION_ID>/handlers/<FUNCTION_HANDLER_TYPE>",
        scope = "Functions.READ",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn get_function_handler(
        &self,
        function_id: FunctionId,
        function_handler_type: FunctionHandlerType,
    ) -> Handler;

    /// Changes a handler of a function.
    #[endpoint(
        PATCH "/functions/<FUNCTION_ID>/handlers/<FUNCTION_HANDLER_TYPE>",
        scope = "Functions.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn update_function_handler(
        &self,
        function_id: FunctionId,
        function_handler_type: FunctionHandlerType,
        /// The Deluge script, of a function that runs on Zoho's platform.
        #[field]
        script: Option<String>,
        /// What the webhook receives along with an event, of a function with a webhook.
        #[field]
        permissions: Option<Vec<Permission>>,
    ) -> Handler;

    /// Deletes a handler of a function.
    #[endpoint(
        DELETE "/functions/<FUNCTION_ID>/handlers/<FUNCTION_HANDLER_TYPE>",
        scope = "Functions.UPDATE",
        limit = "10/min",
        lock = "5m"
    )]
    fn delete_function_handler(
        &self,
        function_id: FunctionId,
        function_handler_type: FunctionHandlerType,
    );
}

open_enums! {
    /// What runs a function.
    FunctionType {
        /// A button of a message.
        Button = "button",
        /// A form.
        Form = "form",
        /// A button of a widget.
        WidgetButton = "widget_button",
    }

    /// Which event a handler of a function handles.
    FunctionHandlerType {
        /// A user presses a button.
        Button = "button_handler",
        /// A user submits a form.
        FormSubmit = "form_submit_handler",
        /// A user changes a field of a form.
        FormChange = "form_change_handler",
        /// A form asks for the entries of a field.
        FormDynamicSelect = "form_dynamic_select_handler",
        /// A form is shown.
        FormView = "form_view_handler",
        /// A user presses a button of a widget.
        WidgetButton = "widget_button_handler",
    }
}

models! {
    /// A function.
    Function {
        /// The name.
        name: String,
        /// The id.
        id: FunctionId,
        /// What runs it.
        function_type: FunctionType,
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
        /// Its type, such as `custom`. (Which button or form runs it is
        /// [`function_type`](Self::function_type).)
        origin = "type": String,
        /// What it does.
        description: String,
        /// Who may use it.
        scope: AccessScope,
    }
}
