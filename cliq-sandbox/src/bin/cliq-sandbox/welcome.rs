//! What one needs to know to begin.

use cliq_sandbox::limits::Limits;
use cliq_sandbox::{Demo, Server};

use super::args::Args;

pub(crate) fn text(demo: &Demo, server: &Server, args: &Args) -> String {
    let (url, sandbox) = (server.base_url(), &demo.sandbox);
    let [scott, tim] = &demo.colleague_ids;
    let token = |id: &str| sandbox.token(id);
    let (scott_token, tim_token, olivia_token) = (token(scott), token(tim), token(&demo.outsider_id));
    let Demo { token, user_id, outsider_id, channel_id, channel_chat_id, channel_unique_name, .. } = demo;
    let Demo { message_id, thread_chat_id, bot_unique_name, .. } = demo;
    let limits = if args.limits == Limits::off() { "off".to_owned() } else { args.limits_name.clone() };
    let seed = sandbox.seed();
    let reach = if args.address.ip().is_loopback() { "this machine only" } else { "whoever reaches the address" };
    format!(
        "\
Cliq is at {url}, for {reach}. Ctrl-C ends it, and what happened in it is gone then.

  limits            {limits}
  seed              {seed}

  Ryan West         {user_id}   {token}
  Scott Fisher      {scott}   {scott_token}
  Tim Harrison      {tim}   {tim_token}
  Olivia Palmer     {outsider_id}   {olivia_token}   (not in the channel)
  bot               {bot_unique_name}

  channel           {channel_id}
  its unique name   {channel_unique_name}
  its chat id       {channel_chat_id}
  a message         {message_id}
  a thread          {thread_chat_id}

To begin with:

  export CLIQ={url} TOKEN={token}
  curl -H \"Authorization: Bearer $TOKEN\" $CLIQ/api/v3/threads/{thread_chat_id}
  curl -H \"Authorization: Bearer $TOKEN\" -X POST $CLIQ/api/v3/threads/{thread_chat_id}/follow
  curl -H \"Authorization: Bearer $TOKEN\" -d '{{\"text\": \"Hello.\", \"sync_message\": true}}' $CLIQ/api/v3/chats/{thread_chat_id}/messages

"
    )
}
