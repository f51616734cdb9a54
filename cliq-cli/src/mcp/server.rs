//! Answers a client of the protocol.

use std::sync::Arc;
use std::time::Duration;

use cliq_api::{Client, DynamicCall, ResponseKind};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
    JsonObject, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
    ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::{Value, json};

use super::rest::{Rests, piece};
use super::tool::{Offer, SELECT, Tools};
use crate::calling;
use crate::command::App;
use crate::failure::{Exit, Failure};
use crate::text;

/// The tool that returns the rest of a large result.
const READ_MORE: &str = "read_more";
/// How large content may be that is no JSON.
const MAX_CONTENT: usize = 16 << 20;

/// How it answers.
pub(super) struct Settings {
    /// How long a call may wait for its rate limit.
    pub(super) wait: Duration,
    pub(super) timeout: Option<Duration>,
    /// How many bytes of a result are returned at once.
    pub(super) max_result: usize,
}

/// The server. Clones share everything.
#[derive(Clone)]
pub(super) struct Server(Arc<Inner>);

struct Inner {
    name: String,
    version: String,
    client: Client,
    tools: Tools,
    settings: Settings,
    rests: Rests,
}

impl Server {
    pub(super) fn new(app: &App, client: &Client, tools: Tools, settings: Settings) -> Self {
        let version = match app.version() {
            "" => env!("CARGO_PKG_VERSION"),
            version => version,
        };
        Self(Arc::new(Inner {
            name: app.name().to_owned(),
            version: version.to_owned(),
            client: client.clone(),
            tools,
            settings,
            rests: Rests::default(),
        }))
    }

    async fn answer(&self, offer: &Offer, arguments: &JsonObject) -> Result<String, Failure> {
        let select = match arguments.get(SELECT) {
            None | Some(Value::Null) => None,
            Some(Value::String(query)) => Some(&**query),
            Some(_) => return Err(Failure::usage(format!("{SELECT:?} has to be a string"))),
        };
        // Before anything is sent.
        if let Some(query) = select {
            crate::output::select(query, None)?;
        }
        let call = self.with_options(offer.call(&self.0.client, arguments)?);
        let value = match offer.meta.kind() {
            ResponseKind::Bytes | ResponseKind::Download => content(call).await?,
            _ => call.await?,
        };
        match (select, value) {
            (Some(query), value) => Ok(crate::output::select(query, Some(value))?.to_string()),
            (None, Value::String(text)) => Ok(text),
            (None, Value::Null) => Ok("Done.".to_owned()),
            (None, value) => Ok(value.to_string()),
        }
    }

    fn with_options(&self, call: DynamicCall) -> DynamicCall {
        let Settings { wait, timeout, .. } = self.0.settings;
        let meta = call.endpoint();
        call.options(|options| calling::within(options, meta, timeout, wait))
    }

    /// Returns a result, or its beginning and how to get the rest.
    fn sized(&self, text: String) -> Vec<ContentBlock> {
        let max = self.0.settings.max_result;
        if text.len() <= max {
            return vec![ContentBlock::text(text)];
        }
        let (first, next) = piece(&text, 0, max).unwrap_or(("", None));
        let mut blocks = vec![ContentBlock::text(first)];
        let length = text.len();
        if let Some(next) = next {
            let number = self.0.rests.keep(text);
            blocks.push(note(number, next, length));
        }
        blocks
    }

    fn read_more(&self, arguments: &JsonObject) -> Result<Vec<ContentBlock>, Failure> {
        let number = |name: &str| {
            let number = arguments.get(name).and_then(Value::as_u64);
            number.ok_or_else(|| Failure::usage(format!("{name:?} has to be a number")))
        };
        let (result, offset) = (number("result")?, number("offset")?);
        let text = self.0.rests.get(result).ok_or_else(|| {
            Failure::usage(format!(
                "the result {result} isn't kept any more; call its tool again"
            ))
        })?;
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let (found, next) = piece(&text, offset, self.0.settings.max_result).ok_or_else(|| {
            Failure::usage(format!(
                "the result has {} bytes, and none at {offset}",
                text.len()
            ))
        })?;
        let mut blocks = vec![ContentBlock::text(found)];
        blocks.extend(next.map(|next| note(result, next, text.len())));
        Ok(blocks)
    }
}

/// Explains how to read the rest.
fn note(result: u64, next: usize, length: usize) -> ContentBlock {
    ContentBlock::text(format!(
        "[The result has {length} bytes, and goes on: call {READ_MORE} with {{\"result\": {result}, \
         \"offset\": {next}}}, or the tool again with {SELECT}.]"
    ))
}

/// Content that is no JSON, if it is text.
async fn content(call: DynamicCall) -> Result<Value, Failure> {
    let body = call.stream().await?.into_body();
    let bytes = body.collect_up_to(MAX_CONTENT).await.map_err(|error| {
        Failure::new(Exit::Other, format!("the content can't be read: {error}"))
    })?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(text.into()),
        Err(_) => Err(Failure::new(
            Exit::Other,
            format!(
                "the content is no text ({} bytes); the command line can store it in a file",
                bytes.len()
            ),
        )),
    }
}

/// What an assistant can act on: what went wrong, and what to do.
fn refused(failure: &Failure) -> CallToolResult {
    let mut value = failure.to_json();
    if let Some(members) = value.as_object_mut() {
        members.insert("advice".into(), advice(failure).into());
    }
    CallToolResult::error(vec![ContentBlock::text(value.to_string())])
}

fn advice(failure: &Failure) -> String {
    match (failure.exit, failure.retry_after()) {
        (Exit::Limited, Some(wait)) => format!(
            "Wait {} seconds before calling this tool again; other tools may still work.",
            text::whole_seconds(wait)
        ),
        (Exit::Limited, None) => "Wait some minutes before calling this tool again.".to_owned(),
        (Exit::Usage, _) => "Correct the arguments, and call the tool again.".to_owned(),
        (Exit::Unauthorized, _) => {
            "The user has to sign in, or to grant the scope that is named; calling again doesn't help."
                .to_owned()
        }
        (Exit::Network, _) => {
            "Call again later; where the server may have acted, look first whether it has."
                .to_owned()
        }
        (Exit::Refused, _) => "Check the arguments against what the server says.".to_owned(),
        _ => "Tell the user; calling again may not help.".to_owned(),
    }
}

fn read_more_tool() -> Tool {
    let schema = json!({
        "type": "object",
        "properties": {
            "result": { "type": "integer", "minimum": 1, "description": "The number of the result" },
            "offset": { "type": "integer", "minimum": 0, "description": "Where to go on" },
        },
        "required": ["result", "offset"],
        "additionalProperties": false,
    });
    let schema = schema.as_object().cloned().unwrap_or_default();
    let annotations = ToolAnnotations::new()
        .read_only(true)
        .idempotent(true)
        .open_world(false);
    Tool::new(
        READ_MORE,
        "Returns the next piece of a result that was too large to be returned at once.",
        Arc::new(schema),
    )
    .with_annotations(annotations)
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let mut instructions = String::from(
            "Rate limits are kept: a call that would exceed one fails with the seconds to wait. ",
        );
        if self.0.tools.is_read_only {
            instructions.push_str("These tools only read. ");
        }
        instructions.push_str("Errors say what to do.");
        let info = Implementation::new(self.0.name.clone(), self.0.version.clone());
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(info)
            .with_instructions(instructions)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let mut tools: Vec<Tool> = self.0.tools.offers.iter().map(Offer::describe).collect();
        tools.push(read_more_tool());
        Ok(ListToolsResult::with_all_items(tools))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        if request.name == READ_MORE {
            let read = self.read_more(&arguments);
            return Ok(read
                .map_or_else(|failure| refused(&failure), CallToolResult::success)
                .into());
        }
        let Some(offer) = self.0.tools.find(&request.name) else {
            let problem = format!("there is no tool {:?}", request.name);
            return Err(ErrorData::invalid_params(problem, None));
        };
        let answer = tokio::select! {
            // The client doesn't want the answer any more.
            () = context.ct.cancelled() => Err(Failure::new(Exit::Interrupted, "cancelled")),
            answer = self.answer(offer, &arguments) => answer,
        };
        Ok(match answer {
            Ok(text) => CallToolResult::success(self.sized(text)),
            Err(failure) => refused(&failure),
        }
        .into())
    }
}
