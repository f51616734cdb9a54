//! A user's own API. This program is both the tests and what they run: with `DESK` in its
//! environment it is the command line of a help desk, made of one trait.
//!
//! `list_open_tickets` and `get_report` were added to the trait without a line more anywhere.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::{Arc, Mutex};

use cliq_api::prelude::*;
use cliq_api::{Download, Part, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Tickets of a help desk.
#[endpoints(base = "/api/v1", schema, limit = "30/min")]
trait Tickets {
    /// Opens a ticket.
    #[endpoint(POST "/tickets")]
    fn open_ticket(&self, #[body] ticket: NewTicket) -> Ticket;

    /// Closes tickets.
    #[endpoint(POST "/tickets/<TICKET_ID>/close", field("state" = "closed"))]
    fn close_ticket(
        &self,
        /// The number of the ticket.
        ticket_id: u64,
        #[query] notify: Option<Notify>,
        #[query(csv)] labels: Option<Vec<String>>,
        #[header("X-Request-Id")] request_id: Option<String>,
        /// Why. Defaults to nothing.
        #[field]
        reason: Option<String>,
        #[field] minutes: Option<u32>,
    );

    /// Lists open tickets.
    #[endpoint(GET "/tickets/open")]
    fn list_open_tickets(&self, #[query] query: Option<String>) -> Vec<Ticket>;

    /// Returns a report.
    #[endpoint(GET "/reports/<NAME>")]
    fn get_report(&self, name: String) -> Download;

    /// Attaches a file to a ticket.
    #[endpoint(POST "/tickets/<TICKET_ID>/files", multipart)]
    fn attach_to_ticket(&self, ticket_id: u64, #[part] title: String, #[part] file: Part) -> Text;
}

/// A ticket to open.
#[derive(Serialize, Clone, JsonSchema)]
struct NewTicket {
    /// What it is about.
    subject: String,
    /// How urgent it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<Priority>,
    /// Whether customers can't see it.
    #[serde(default)]
    internal: bool,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<Customer>,
}

#[derive(Serialize, Clone, JsonSchema)]
struct Customer {
    id: u64,
}

#[derive(Serialize, Clone, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "values come from the command line")]
enum Priority {
    /// Somebody waits.
    High,
    Low,
}

#[derive(Serialize, Clone, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "values come from the command line")]
enum Notify {
    All,
    Nobody,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Ticket {
    id: u64,
    subject: String,
}

fn main() -> ExitCode {
    if std::env::var_os("DESK").is_some() {
        return cliq_cli::Command::new("desk")
            .apis([TICKETS])
            .version("1.2.3")
            .run();
    }
    let tests: [(&str, fn()); 8] = [
        (
            "commands_follow_from_the_trait",
            commands_follow_from_the_trait,
        ),
        (
            "members_of_a_body_are_options",
            members_of_a_body_are_options,
        ),
        ("parameters_are_options", parameters_are_options),
        (
            "values_are_checked_before_sending",
            values_are_checked_before_sending,
        ),
        (
            "a_download_is_whole_or_not_there",
            a_download_is_whole_or_not_there,
        ),
        ("files_are_sent", files_are_sent),
        ("there_are_tools_too", there_are_tools_too),
        ("tokens_come_from_variables", tokens_come_from_variables),
    ];
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let mut passed = 0;
    for (name, test) in tests {
        if wanted
            .as_ref()
            .is_none_or(|wanted| name.contains(&**wanted))
        {
            // A failure panics, with the place.
            println!("test {name} ...");
            test();
            passed += 1;
        }
    }
    println!("test result: ok. {passed} passed; 0 failed");
    ExitCode::SUCCESS
}

/// A server that records requests, and answers by path.
#[derive(Clone)]
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let this = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            requests: Arc::default(),
        };
        let server = this.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = server.clone();
                std::thread::spawn(move || server.serve(stream));
            }
        });
        this
    }

    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let head_lines = head.to_lowercase();
        let length = |name: &str| {
            let line = head_lines
                .lines()
                .find_map(|line| line.strip_prefix(name))?;
            line.trim().parse::<usize>().ok()
        };
        let mut body = vec![0; length("content-length:").unwrap_or(0)];
        reader.read_exact(&mut body).unwrap();
        if head_lines.contains("transfer-encoding: chunked") {
            while !body.ends_with(b"0\r\n\r\n") {
                reader.read_until(b'\n', &mut body).unwrap();
            }
        }
        let target = head.split(' ').nth(1).unwrap();
        let path = target.split('?').next().unwrap().to_owned();
        let body = String::from_utf8_lossy(&body).into_owned();
        self.requests.lock().unwrap().push(format!("{head}{body}"));
        let mut stream = stream;
        let mut send = |kind: &str, length: usize, body: &str| {
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            stream.write_all(head.as_bytes()).unwrap();
        };
        match &*path {
            "/api/v1/reports/broken" => send("text/csv", 100, "a,b"),
            "/api/v1/reports/endless" => {
                send("text/csv", 100, "a,b");
                // Until the other end is gone.
                let _ = reader.read_to_end(&mut Vec::new());
            }
            path if path.starts_with("/api/v1/reports/") => send("text/csv", 4, "a,b\n"),
            path if path.ends_with("/files") => send("text/plain", 2, "ok"),
            path if path.starts_with("/api/v1/tickets/open") => {
                let tickets = json!([{ "id": 1, "subject": "Printer" }]).to_string();
                send("application/json", tickets.len(), &tickets);
            }
            path if path.ends_with("/close") => send("application/json", 0, ""),
            _ => {
                let ticket = json!({ "id": 7, "subject": "Printer" }).to_string();
                send("application/json", ticket.len(), &ticket);
            }
        }
    }
}

/// The program, a server for it, and a home.
struct Desk {
    home: tempfile::TempDir,
    server: Server,
}

impl Desk {
    fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            server: Server::start(),
        }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(args)
            .env_clear()
            .env("DESK", "1")
            .env("DESK_URL", &self.server.url)
            .env("HOME", self.home.path())
            .current_dir(self.home.path())
            .stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    #[track_caller]
    fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn fails(&self, args: &[&str], code: i32, with: &str) {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.contains(with), "{err}");
    }

    /// The last request: its first line, its head, and its body.
    fn last(&self) -> (String, String, String) {
        let request = self.server.requests.lock().unwrap().last().unwrap().clone();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let line = head.lines().next().unwrap().replace(" HTTP/1.1", "");
        (line, head.to_lowercase(), body.to_owned())
    }

    fn count(&self) -> usize {
        self.server.requests.lock().unwrap().len()
    }

    fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.home.path()).unwrap();
        let mut names: Vec<String> = files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != ".local")
            .collect();
        names.sort();
        names
    }
}

fn commands_follow_from_the_trait() {
    let desk = Desk::new();
    let help = desk.ok(&["--help"]);
    for line in [
        "Tickets of a help desk\n",
        "  open         Opens a ticket\n",
        "  list-open    Lists open tickets\n",
        "  get-report   Returns a report\n",
    ] {
        assert!(help.contains(line), "{help}");
    }
    assert_eq!(desk.ok(&["--version"]), "desk 1.2.3\n");
    let help = desk.ok(&["close", "--help"]);
    for text in [
        "<TICKET_ID>",
        "The number of the ticket",
        "--notify <VALUE>",
        "all, nobody",
        "--labels",
        "--x-request-id",
        "Why. Defaults to nothing.",
        "POST /api/v1/tickets/<TICKET_ID>/close",
        "Limit: 30/min",
    ] {
        assert!(help.contains(text), "{text}: {help}");
    }
    let help = desk.ok(&["open", "--help"]);
    for text in [
        "What it is about",
        "- high: Somebody waits",
        "--internal",
        "--customer <JSON>",
    ] {
        assert!(help.contains(text), "{text}: {help}");
    }
    // A parameter that has the name of an option of all commands.
    assert!(desk.ok(&["list-open", "--help"]).contains("--param-query"));
    let found = desk.ok(&["list-open", "--param-query", "print", "--query", "[].id"]);
    assert_eq!(found, "[1]\n");
    assert_eq!(desk.last().0, "GET /api/v1/tickets/open?query=print");
}

fn members_of_a_body_are_options() {
    let desk = Desk::new();
    let opened = desk.ok(&[
        "open",
        "--subject",
        "Printer",
        "--priority",
        "high",
        "--internal",
        "--tags",
        "a",
        "--tags",
        "b,c",
        "--customer",
        r#"{"id": 5}"#,
        "--query",
        "id",
    ]);
    assert_eq!(opened, "7\n");
    let body: Value = serde_json::from_str(&desk.last().2).unwrap();
    let expected = json!({
        "subject": "Printer",
        "priority": "high",
        "internal": true,
        "tags": ["a", "b,c"],
        "customer": { "id": 5 },
    });
    assert_eq!(body, expected);
    // From JSON, with what options replace.
    desk.ok(&[
        "open",
        "--json",
        &expected.to_string(),
        "--subject",
        "Scanner",
    ]);
    let body: Value = serde_json::from_str(&desk.last().2).unwrap();
    assert_eq!(
        (&body["subject"], &body["tags"]),
        (&json!("Scanner"), &json!(["a", "b,c"]))
    );
}

fn parameters_are_options() {
    let desk = Desk::new();
    desk.ok(&[
        "close",
        "42",
        "--notify",
        "all",
        "--labels",
        "a,b",
        "--labels",
        "c",
        "--x-request-id",
        "9",
        "--reason",
        "5",
        "--minutes",
        "5",
    ]);
    let (line, head, body) = desk.last();
    assert_eq!(
        line,
        "POST /api/v1/tickets/42/close?notify=all&labels=a,b,c"
    );
    assert!(head.contains("x-request-id: 9"), "{head}");
    let body: Value = serde_json::from_str(&body).unwrap();
    // A text of digits stays a text.
    assert_eq!(
        body,
        json!({ "state": "closed", "reason": "5", "minutes": 5 })
    );
}

fn values_are_checked_before_sending() {
    let desk = Desk::new();
    desk.fails(&["close", "x"], 2, "expected a whole number");
    desk.fails(
        &["close", "1", "--notify", "some"],
        2,
        "possible values: all, nobody",
    );
    desk.fails(
        &["open", "--subject", "a", "--customer", "5x"],
        2,
        "expected JSON",
    );
    desk.fails(&["open"], 2, "--subject");
    desk.fails(
        &["open", "--json", "[]", "--subject", "a"],
        2,
        "has to be an object",
    );
    assert_eq!(desk.count(), 0);
}

fn a_download_is_whole_or_not_there() {
    let desk = Desk::new();
    assert_eq!(desk.ok(&["get-report", "all"]), "a,b\n");
    desk.ok(&["get-report", "all", "--to", "report.csv"]);
    let content = || std::fs::read_to_string(desk.home.path().join("report.csv")).unwrap();
    assert_eq!(content(), "a,b\n");
    // One that breaks off leaves what was there.
    desk.fails(
        &["get-report", "broken", "--to", "report.csv"],
        5,
        "broke off",
    );
    desk.fails(
        &["get-report", "broken", "--to", "other.csv"],
        5,
        "broke off",
    );
    assert_eq!(
        (content(), desk.files()),
        ("a,b\n".to_owned(), vec!["report.csv".to_owned()])
    );
    let calls = desk.count();
    desk.fails(
        &["get-report", "all", "--to", "missing/report.csv"],
        1,
        "can't write missing/report.csv",
    );
    assert_eq!(desk.count(), calls, "it was sent");
    #[cfg(unix)]
    {
        // So does Ctrl-C in the middle of one.
        let mut child = desk
            .command(&["get-report", "endless", "--to", "other.csv"])
            .spawn()
            .unwrap();
        while desk.files().len() < 2 || desk.count() == calls {
            assert!(child.try_wait().unwrap().is_none(), "it has ended");
            std::thread::yield_now();
        }
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_eq!(desk.files(), ["report.csv"]);
    }
}

fn files_are_sent() {
    let desk = Desk::new();
    std::fs::write(desk.home.path().join("log.txt"), "error: 5").unwrap();
    assert_eq!(
        desk.ok(&[
            "attach-to",
            "1",
            "--title",
            "Log",
            "--file",
            "log.txt",
            "-o",
            "table"
        ]),
        "ok\n"
    );
    let (_, head, body) = desk.last();
    assert!(head.contains("multipart/form-data"), "{head}");
    assert!(
        body.contains("filename=\"log.txt\"") && body.contains("error: 5"),
        "{body}"
    );
    desk.fails(
        &["attach-to", "1", "--title", "Log", "--file", "none.txt"],
        2,
        "none.txt",
    );
}

fn there_are_tools_too() {
    let desk = Desk::new();
    let mut child = desk
        .command(&["mcp", "--write"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut output = BufReader::new(output);
    let mut last = 0;
    let mut ask = |method: &str, params: Value| {
        last += 1;
        let request = json!({ "jsonrpc": "2.0", "id": last, "method": method, "params": params });
        writeln!(input, "{request}").unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        serde_json::from_str::<Value>(&line).unwrap()["result"].take()
    };
    let hello = json!({
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" },
    });
    assert_eq!(ask("initialize", hello)["serverInfo"]["version"], "1.2.3");
    let tools = ask("tools/list", json!({}));
    let tools = tools["tools"].as_array().unwrap();
    let names: Vec<_> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "tickets_open",
            "tickets_close",
            "tickets_list_open",
            "tickets_get_report",
            "tickets_attach_to",
            "read_more",
        ]
    );
    for tool in tools {
        assert!(jsonschema::meta::is_valid(&tool["inputSchema"]), "{tool}");
    }
    // The schema of a typed body, with its own definitions.
    let open = &tools[0]["inputSchema"];
    let ticket = json!({ "subject": "Printer", "priority": "high", "customer": { "id": 5 } });
    assert!(jsonschema::is_valid(open, &json!({ "ticket": ticket })));
    assert!(!jsonschema::is_valid(
        open,
        &json!({ "ticket": { "subject": "a", "priority": "some" } })
    ));
    assert!(!jsonschema::is_valid(open, &json!({})));
    let call = |name: &str, arguments: Value| json!({ "name": name, "arguments": arguments });
    let opened = ask(
        "tools/call",
        call("tickets_open", json!({ "ticket": ticket })),
    );
    assert_eq!(opened["isError"], false, "{opened}");
    let body: Value = serde_json::from_str(&desk.last().2).unwrap();
    assert_eq!(body, ticket);
    let closed = call(
        "tickets_close",
        json!({ "ticket_id": 42, "labels": ["a", "b"], "reason": null }),
    );
    assert_eq!(ask("tools/call", closed)["content"][0]["text"], "Done.");
    assert_eq!(desk.last().0, "POST /api/v1/tickets/42/close?labels=a,b");
    let report = ask(
        "tools/call",
        call("tickets_get_report", json!({ "name": "all" })),
    );
    assert_eq!(report["content"][0]["text"], "a,b\n");
    let file = json!({ "ticket_id": 1, "title": "Log", "file": { "text": "error: 5", "file_name": "log.txt" } });
    let attached = ask("tools/call", call("tickets_attach_to", file));
    assert_eq!(attached["isError"], false, "{attached}");
    assert!(desk.last().2.contains("filename=\"log.txt\""));
    drop(input);
    assert!(child.wait().unwrap().success());
}

fn tokens_come_from_variables() {
    let desk = Desk::new();
    let mut command = desk.command(&["list-open", "--log", "trace"]);
    let output = command.env("DESK_TOKEN", "c4n4ry").output().unwrap();
    assert!(output.status.success());
    assert!(!String::from_utf8_lossy(&output.stderr).contains("c4n4ry"));
    assert!(desk.last().1.contains("authorization: bearer c4n4ry"));
    let mut command = desk.command(&["list-open"]);
    let output = command.env_remove("DESK_URL").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("DESK_URL"));
}
