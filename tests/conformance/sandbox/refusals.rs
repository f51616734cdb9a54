//! Generates the table of errors in `docs/sandbox-rules.md` from the sandbox's responses.

use std::fmt::Write;
use std::fs;

use cliq_api::Bytes;
use cliq_api::http::{Method, Response, StatusCode};
use cliq_sandbox::Fault;
use cliq_sandbox::limits::{Limits, Telling};
use cliq_sandbox::oauth::App;
use serde_json::{Value, json};

use super::judge::Judge;
use super::stage::{MESSAGE, Stage, body, request, url};

const CREATE: &str = "POST /api/v3/channels/<CHANNEL_ID>/messages";
const BY_CHAT: &str = "POST /api/v3/chats/<CHAT_ID>/messages";
const SEND: &str = "POST /api/v3/chats/<THREAD_CHAT_ID>/messages";
const GET: &str = "GET /api/v3/threads/<THREAD_CHAT_ID>";
const UPDATE: &str = "PUT /api/v3/threads/<THREAD_CHAT_ID>";
const FOLLOW: &str = "POST /api/v3/threads/<THREAD_CHAT_ID>/follow";
const ADD: &str = "POST /api/v3/threads/<THREAD_CHAT_ID>/followers";
const MEMBERS: &str = "GET /api/v3/chats/<THREAD_CHAT_ID>/members";
const LEAVE: &str = "POST /api/v3/chats/<THREAD_CHAT_ID>/leave";
const LIST: &str = "GET /api/v2/channels/<CHANNEL_ID>/threads";

struct Case {
    what: &'static str,
    operation: &'static str,
    answer: Response<Bytes>,
}

/// Each call gets a new world.
fn handle(method: &Method, url: &str, body: Option<&Value>) -> Response<Bytes> {
    let stage = Stage::new();
    stage.handle(method, url, &stage.token, body)
}

fn call(operation: &str, query: &str, body: Option<&Value>) -> Response<Bytes> {
    Stage::new().call(operation, query, body)
}

fn as_user(operation: &str, token: fn(&Stage) -> String) -> Response<Bytes> {
    let stage = Stage::new();
    let (method, url) = url(operation);
    stage.handle(&method, &url, &token(&stage), body(operation).as_ref())
}

/// Starts a thread, with additional or changed members of its body.
fn post(members: &[(&str, Value)]) -> Response<Bytes> {
    let mut body = json!({ "text": "Hello.", "thread_message_id": MESSAGE });
    for (name, value) in members {
        body[*name] = value.clone();
    }
    call(CREATE, "", Some(&body))
}

/// Cases about authorization and URLs.
#[expect(clippy::too_many_lines, reason = "one table")]
fn access() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |what, operation, answer| {
        cases.push(Case {
            what,
            operation,
            answer,
        });
    };
    case(
        "no token, or none behind `Bearer` or `Zoho-oauthtoken`",
        FOLLOW,
        as_user(FOLLOW, |_| String::new()),
    );
    case(
        "a token that is unknown, revoked or has run out",
        FOLLOW,
        as_user(FOLLOW, |_| "1000.unknown".to_owned()),
    );
    let lacks_scope = |stage: &Stage| {
        stage.sandbox.accounts(|accounts, now| {
            accounts.register(App::new("1000.APP", "secret"));
            accounts
                .issue_tokens("1000.APP", "1", "ZohoCliq.Chats.READ", now)
                .access_token
        })
    };
    case(
        "a token without the scope",
        FOLLOW,
        as_user(FOLLOW, lacks_scope),
    );
    case(
        "a user who is not in the channel",
        FOLLOW,
        as_user(FOLLOW, |stage| stage.stranger.clone()),
    );
    case(
        "a user of another organization",
        FOLLOW,
        as_user(FOLLOW, |stage| stage.external.clone()),
    );
    case(
        "the same, of `get_thread`",
        GET,
        as_user(GET, |stage| stage.external.clone()),
    );
    case(
        "an `appkey` that is not that of the bot's extension",
        UPDATE,
        {
            call(
                UPDATE,
                "?bot_unique_name=extension&appkey=other",
                body(UPDATE).as_ref(),
            )
        },
    );

    let patch = handle(&Method::PATCH, "/api/v3/threads/CT_1-T-2/follow", None);
    case("a method that no operation of the URL has", FOLLOW, patch);
    let mut html = request(&Method::POST, "/api/v3/threads/CT_1-T-2/follow", "", None);
    let stage = Stage::new();
    html.headers_mut().insert(
        "authorization",
        format!("Bearer {}", stage.token).parse().expect("a header"),
    );
    html.headers_mut()
        .insert("accept", "text/html".parse().expect("a header"));
    case(
        "an `Accept` that leaves out `application/json` (not of `get_thread`)",
        FOLLOW,
        stage.sandbox.handle(html),
    );
    case(
        "a URL that no operation has",
        FOLLOW,
        handle(&Method::POST, "/api/v3/threads/CT_1-T-2/archive", None),
    );
    let unknown = handle(
        &Method::POST,
        "/api/v3/channels/P9/messages",
        body(CREATE).as_ref(),
    );
    case("an id or a unique name of no channel", CREATE, unknown);
    let unknown = handle(&Method::POST, "/api/v3/threads/CT_9-T-9/follow", None);
    case(
        "a chat id of no chat, or of a channel where a thread's is needed",
        FOLLOW,
        unknown,
    );
    case(
        "the same, of `get_thread`",
        GET,
        handle(&Method::GET, "/api/v3/threads/CT_9-T-9", None),
    );
    case(
        "a chat id that has not a thread's form, of `get_thread`",
        GET,
        handle(&Method::GET, "/api/v3/threads/CT_1", None),
    );
    case(
        "a `thread_message_id` of no message of the channel",
        CREATE,
        post(&[("thread_message_id", json!("1_1"))]),
    );
    case(
        "a `reply_to` of no message of the thread",
        CREATE,
        post(&[("reply_to", json!("1_1"))]),
    );
    cases
}

/// Cases about values.
fn values() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |what, operation, answer| {
        cases.push(Case {
            what,
            operation,
            answer,
        });
    };
    case(
        "a body without a member that is needed, or no body",
        CREATE,
        call(CREATE, "", Some(&json!({ "thread_message_id": MESSAGE }))),
    );
    case(
        "a bot of an extension without `appkey`",
        UPDATE,
        call(UPDATE, "?bot_unique_name=extension", body(UPDATE).as_ref()),
    );
    case(
        "a body with a member that the operation doesn't have",
        CREATE,
        post(&[("title", json!("T"))]),
    );
    case(
        "a query parameter that the operation doesn't have",
        FOLLOW,
        call(FOLLOW, "?when=now", None),
    );
    case(
        "a query parameter that comes twice",
        LIST,
        call(LIST, "?limit=1&limit=2", None),
    );
    case(
        "a body that is no JSON object, or has another `Content-Type`",
        CREATE,
        call(CREATE, "", Some(&json!(["Hi."]))),
    );
    case(
        "a member of another type, or a value that it can't have",
        UPDATE,
        call(UPDATE, "", Some(&json!({ "action": "open" }))),
    );
    case(
        "a `text` of more than 5000 characters, or a blank one",
        CREATE,
        post(&[("text", json!("é".repeat(5001)))]),
    );
    case(
        "`user_ids` that is empty, or names somebody who is not in the channel",
        ADD,
        call(ADD, "", Some(&json!({ "user_ids": ["4"] }))),
    );
    case(
        "`fields` with a name that a member doesn't have",
        MEMBERS,
        call(MEMBERS, "?fields=user_id,phone", None),
    );
    case(
        "`state`, `type`, `limit` or `next_token` with a value that it can't have",
        LIST,
        call(LIST, "?limit=0", None),
    );
    case(
        "`appkey` without `bot_unique_name`",
        UPDATE,
        call(UPDATE, "?appkey=key", body(UPDATE).as_ref()),
    );
    cases
}

/// Cases about permissions, limits and faults.
fn rules() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |what, operation, answer| {
        cases.push(Case {
            what,
            operation,
            answer,
        });
    };
    let closed = handle(
        &Method::POST,
        "/api/v3/chats/CT_1-T-1/messages",
        Some(&json!({ "text": "Hi." })),
    );
    case("a post in a thread that is closed", SEND, closed);
    let main = json!({ "text": "Hi.", "thread_message_id": "1760000001000_1" });
    case(
        "starting a thread where there is one that is closed",
        CREATE,
        call(CREATE, "", Some(&main)),
    );
    let quiet = json!({ "text": "Hi.", "thread_message_id": "1760000004000_4" });
    let quiet = handle(&Method::POST, "/api/v3/chats/CT_2/messages", Some(&quiet));
    case(
        "starting a thread in a channel whose reply mode has none",
        BY_CHAT,
        quiet,
    );
    case(
        "a bot that is not in the channel, or that there isn't",
        SEND,
        call(SEND, "?bot_unique_name=away", body(SEND).as_ref()),
    );
    case("a bot that is to follow or unfollow", UPDATE, {
        call(
            UPDATE,
            "?bot_unique_name=deploybot",
            Some(&json!({ "action": "follow" })),
        )
    });
    case("leaving a thread that one is not in", LEAVE, {
        let stage = Stage::new();
        let token = stage.sandbox.token("3");
        stage.handle(&Method::POST, "/api/v3/chats/CT_1-T-2/leave", &token, None)
    });

    for (what, telling) in [
        (
            "more calls than the limit allows, and calls in the lock",
            Telling::TooManyRequests,
        ),
        (
            "the same, with `Telling::RateLimitExceeded`",
            Telling::RateLimitExceeded,
        ),
        (
            "the same, with `Telling::RequestLimitExceeded`",
            Telling::RequestLimitExceeded,
        ),
        (
            "the same, with `Telling::UrlThrottlesLimitExceeded`",
            Telling::UrlThrottlesLimitExceeded,
        ),
    ] {
        let stage = Stage::with(|builder| builder.limits(Limits::published().telling(telling)));
        for _ in 0..20 {
            stage.call(FOLLOW, "", None);
        }
        case(what, FOLLOW, stage.call(FOLLOW, "", None));
    }
    for (what, operation) in [
        ("a failure that was asked for (`Fault::Fail`)", FOLLOW),
        ("the same, of `get_thread`", GET),
    ] {
        let stage = Stage::new();
        stage
            .sandbox
            .faults()
            .everywhere()
            .next(Fault::Fail(StatusCode::INTERNAL_SERVER_ERROR));
        let (method, url) = url(operation);
        case(
            what,
            operation,
            stage.send(request(&method, &url, &stage.token, None)),
        );
    }
    cases
}

#[test]
fn the_table_of_refusals_is_what_the_sandbox_answers() {
    let mut judge = Judge::new();
    let mut table = String::from(
        "| what is refused | status | code | message | where that is from |\n|---|---|---|---|---|\n",
    );
    for Case {
        what,
        operation,
        answer,
    } in access().into_iter().chain(values()).chain(rules())
    {
        judge.check(operation, &answer);
        let status = answer.status().as_u16();
        assert!(status >= 400, "{what}: {status}");
        let body: Value = serde_json::from_slice(answer.body()).expect("JSON");
        let origin = judge.origin(operation, status, &body["code"], &body["message"]);
        // Other operations and products nest the code and the message.
        let found = |pointers: &[&str]| {
            pointers
                .iter()
                .find_map(|pointer| body.pointer(pointer)?.as_str().map(str::to_owned))
        };
        let code = found(&["/code", "/error/code", "/error/title"])
            .map_or(String::new(), |code| format!("`{code}`"));
        let message =
            found(&["/message", "/error/message", "/error/details/message"]).unwrap_or_default();
        let origin = if what.contains("Telling::") {
            "as it was seen, or published of other operations"
        } else {
            origin
        };
        writeln!(
            table,
            "| {what} | {status} | {code} | {message} | {origin} |"
        )
        .expect("a text can be written to");
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/sandbox-rules.md");
    let page = fs::read_to_string(path).expect("the page");
    let (before, rest) = page
        .split_once("<!-- refusals -->\n")
        .expect("the table's beginning");
    let (told, behind) = rest.split_once("<!-- end -->\n").expect("the table's end");
    if std::env::var_os("BLESS").is_some() {
        fs::write(
            path,
            format!("{before}<!-- refusals -->\n{table}<!-- end -->\n{behind}"),
        )
        .expect("it is written");
    } else {
        assert!(
            told == table,
            "docs/sandbox-rules.md tells of other refusals; BLESS=1 writes these into it:\n{table}"
        );
    }
}
