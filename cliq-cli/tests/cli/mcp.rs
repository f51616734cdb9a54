//! The tools, through the protocol as it is on the wire. A client that is not ours is
//! `.ci/mcp`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use cliq_sandbox::limits::Limits;
use serde_json::{Value, json};

use crate::support::World;

/// An initialized client.
struct Client {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last: u64,
}

impl Client {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut client = Self {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
            last: 0,
        };
        let hello = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        });
        let hello = client.ask("initialize", &hello);
        assert_eq!(hello["serverInfo"]["name"], "cliq");
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
    }

    #[track_caller]
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        self.send(
            &json!({ "jsonrpc": "2.0", "id": self.last, "method": method, "params": params }),
        );
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(answer["id"], self.last, "{line}");
        assert!(answer["error"].is_null(), "{line}");
        answer["result"].clone()
    }

    fn tools(&mut self) -> Vec<Value> {
        let tools = self.ask("tools/list", &json!({}));
        tools["tools"].as_array().unwrap().clone()
    }

    /// Calls a tool. Returns whether it failed, and its texts.
    fn call(&mut self, name: &str, arguments: &Value) -> (bool, Vec<String>) {
        let result = self.ask(
            "tools/call",
            &json!({ "name": name, "arguments": arguments }),
        );
        let content = result["content"].as_array().unwrap();
        let texts = content
            .iter()
            .map(|block| block["text"].as_str().unwrap().to_owned());
        (result["isError"] == true, texts.collect())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn names(tools: &[Value]) -> Vec<&str> {
    tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect()
}

#[test]
fn tools_follow_from_the_declarations() {
    let world = World::new();
    let mut client = Client::start(&mut world.as_user(["mcp", "--write", "--allow", "threads"]));
    let tools = client.tools();
    assert_eq!(tools.len(), cliq_api::threads::THREADS.len() + 1);
    for tool in &tools {
        let schema = &tool["inputSchema"];
        assert!(jsonschema::meta::is_valid(schema), "{tool}");
        assert_eq!(schema["type"], "object");
        assert!(!tool["description"].as_str().unwrap().is_empty());
        let name = tool["name"].as_str().unwrap();
        assert!(
            name.len() <= 64
                && name
                    .bytes()
                    .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()),
            "{name}"
        );
    }
    let find = |name: &str| tools.iter().find(|tool| tool["name"] == name).unwrap();
    let get = &find("threads_get")["annotations"];
    assert_eq!(
        (&get["readOnlyHint"], &get["destructiveHint"]),
        (&json!(true), &json!(false))
    );
    let remove = &find("threads_remove_followers")["annotations"];
    assert_eq!(
        (&remove["readOnlyHint"], &remove["destructiveHint"]),
        (&json!(false), &json!(true))
    );
    let send = find("threads_send_message");
    assert_eq!(send["annotations"]["idempotentHint"], false);
    assert_eq!(
        send["inputSchema"]["properties"]["sync_message"]["type"],
        "boolean"
    );
    assert_eq!(
        send["inputSchema"]["required"],
        json!(["thread_chat_id", "text"])
    );
}

#[test]
fn tools_are_narrow_by_default() {
    let world = World::new();
    let mut client = Client::start(&mut world.as_user(["mcp", "--allow", "threads"]));
    let tools = client.tools();
    assert!(
        tools
            .iter()
            .all(|tool| tool["annotations"]["readOnlyHint"] == true)
    );
    assert!(names(&tools).contains(&"threads_list") && !names(&tools).contains(&"threads_follow"));
    // What isn't offered can't be called either.
    client.send(&json!({
        "jsonrpc": "2.0", "id": 99, "method": "tools/call",
        "params": { "name": "threads_follow", "arguments": { "thread_chat_id": world.thread() } },
    }));
    let mut line = String::new();
    client.output.read_line(&mut line).unwrap();
    assert!(line.contains("there is no tool"), "{line}");
    assert_eq!(world.demo.sandbox.totals().arrivals, 0);

    // What the token may not do isn't offered.
    assert_eq!(world.sign_in(&[]).code, Some(0));
    let mut client = Client::start(&mut world.command(["mcp", "--write", "--allow", "threads"]));
    let tools = client.tools();
    assert!(names(&tools).contains(&"threads_follow"));
    assert!(!names(&tools).contains(&"threads_send_message"));
    let mut client =
        Client::start(&mut world.as_user(["mcp", "--write", "--allow", "threads.get"]));
    assert_eq!(names(&client.tools()), ["threads_get", "read_more"]);
    world
        .run(["mcp", "--allow", "nothing"])
        .fails(2, "cliq api list");
}

#[test]
fn results_and_refusals_can_be_acted_on() {
    let world = World::with(Limits::published());
    let thread = world.thread();
    let mut client = Client::start(&mut world.as_user(["mcp", "--write", "--wait", "0"]));
    let (failed, texts) = client.call("threads_get", &json!({ "thread_chat_id": thread }));
    assert!(!failed, "{texts:?}");
    let found: Value = serde_json::from_str(&texts[0]).unwrap();
    assert_eq!(found["title"], "Slow sign-in");
    let select = json!({ "thread_chat_id": thread, "result_query": "title" });
    assert_eq!(client.call("threads_get", &select).1, ["\"Slow sign-in\""]);
    for (arguments, problem) in [
        (json!({}), "missing required path parameter"),
        (json!({ "thread": thread }), "expected thread_chat_id"),
        (
            json!({ "thread_chat_id": thread, "result_query": "[" }),
            "expression",
        ),
        (json!({ "thread_chat_id": ["a"] }), "invalid path parameter"),
    ] {
        let (failed, texts) = client.call("threads_get", &arguments);
        assert!(failed && texts[0].contains(problem), "{texts:?}");
    }
    // Until the limit is reached.
    let refusal = loop {
        let (failed, texts) = client.call("threads_follow", &json!({ "thread_chat_id": thread }));
        if failed {
            break texts;
        }
    };
    let refusal: Value = serde_json::from_str(&refusal[0]).unwrap();
    assert_eq!(refusal["kind"], "limited");
    let wait = refusal["retry_after_seconds"].as_u64().unwrap();
    assert!(
        refusal["advice"]
            .as_str()
            .unwrap()
            .contains(&format!("{wait} seconds"))
    );
    assert_eq!(world.demo.sandbox.totals().locks, 0);
}

#[test]
fn a_large_result_comes_in_pieces() {
    let world = World::new();
    let (sandbox, channel) = (&world.demo.sandbox, &world.demo.channel_id);
    // Few enough for the client's own limit.
    for _ in 0..4 {
        let message = sandbox.post_message(channel, &world.demo.user_id, "Hello");
        let args = [
            "threads",
            "create-by-channel-id",
            channel,
            "--text",
            "ü",
            "--thread-message-id",
            &message,
        ];
        world.run(args).ok();
    }
    let mut client = Client::start(&mut world.as_user(["mcp", "--max-result", "1024"]));
    let (_, mut texts) = client.call("threads_list", &json!({ "channel_id": channel }));
    let mut whole = texts[0].clone();
    assert_eq!((whole.len() <= 1024, texts.len()), (true, 2));
    while let Some(note) = texts.get(1) {
        let next = &note[note.find('{').unwrap()..=note.find('}').unwrap()];
        let (failed, more) = client.call("read_more", &serde_json::from_str(next).unwrap());
        assert!(!failed, "{more:?}");
        whole.push_str(&more[0]);
        texts = more;
    }
    let whole: Value = serde_json::from_str(&whole).unwrap();
    assert_eq!(whole["data"].as_array().unwrap().len(), 5);
    let (failed, texts) = client.call("read_more", &json!({ "result": 77, "offset": 0 }));
    assert!(failed && texts[0].contains("isn't kept"), "{texts:?}");
}

/// Over HTTP: for clients with the token, and for no page in a browser.
#[test]
fn http_is_for_those_with_the_token() {
    use std::io::Read as _;
    use std::net::TcpStream;

    let world = World::new();
    let mut command = world.as_user(["mcp", "--http", "--allow", "threads"]);
    let mut child = command
        .env("CLIQ_MCP_TOKEN", "c4n4ry-mcp")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(!line.contains("c4n4ry"), "{line}");
    let host = line
        .split("http://")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    let hello = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        },
    })
    .to_string();
    let post = |headers: &str| {
        let mut stream = TcpStream::connect(&host).unwrap();
        let request = format!(
            "POST /mcp HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nContent-Length: {}\r\n{headers}Connection: close\r\n\r\n{hello}",
            hello.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        String::from_utf8_lossy(&head[9..]).into_owned()
    };
    let token = "Authorization: Bearer c4n4ry-mcp\r\n";
    assert_eq!(post(token), "200");
    assert_eq!(post(""), "401");
    assert_eq!(post("Authorization: Bearer c4n4ry-mcq\r\n"), "401");
    assert_eq!(
        post(&format!("{token}Origin: http://localhost:1\r\n")),
        "403"
    );
    child.kill().unwrap();
    child.wait().unwrap();
}
