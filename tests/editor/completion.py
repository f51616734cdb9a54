#!/usr/bin/env python3
"""Asks a real rust-analyzer what it completes in declarations. Not part of CI.

    rustup component add rust-analyzer rust-src
    tests/editor/completion.py [--rust-analyzer PATH] [--verbose]

Each case is a declaration with a cursor, the labels that must be offered there, and labels that
must not. Dependencies are built below `target/editor`.
"""

import argparse
import json
import pathlib
import queue
import subprocess
import sys
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
CRATE = REPOSITORY / "target" / "editor" / "crate"
CURSOR = "$0"

TRAIT = """use cliq_api::prelude::*;

#[endpoints({trait})]
pub trait Api {{
    #[endpoint(GET "/a/<ID>"{method})]
    fn get_a(&self, id: String, {argument}) -> String;

    #[endpoint(GET "/beside")]
    fn beside(&self);
}}

pub async fn uses(client: Client) -> Result<(), Error> {{
    client.{call}
}}
"""


def declaration(trait="", method="", argument="#[query] q: Option<u8>", call="beside().await"):
    return TRAIT.format(trait=trait, method=method, argument=argument, call=call)


KEYS = [
    "scope",
    "limit",
    "lock",
    "base",
    "bucket",
    "server",
    "header",
    "field",
    "body",
    "idempotent",
    "response",
    "page",
    "form",
    "timeout",
]
CASES = [
    ("a key of a method, begun", declaration(method=", sc$0"), ["scope"], []),
    ("a key of a method, not begun", declaration(method=", $0"), KEYS, ["items", "csv"]),
    ("a key of a method, behind another", declaration(method=', scope = "A", li$0'), ["limit"], []),
    (
        "a key of a method, before another",
        declaration(method=', ti$0, scope = "A"'),
        ["timeout"],
        [],
    ),
    ("a key of a trait, begun", declaration(trait="ba$0"), ["base"], []),
    (
        "a key of a trait, not begun",
        declaration(trait='base = "/v1", $0'),
        ["scope_prefix", "limit", "lock", "bucket", "header", "server", "schema"],
        ["page"],
    ),
    ("a key of a page, begun", declaration(method=", page(it$0)"), ["items"], []),
    (
        "a key of a page, not begun",
        declaration(method=", page($0)"),
        ["items", "token", "param"],
        ["scope"],
    ),
    (
        "an attribute of an argument, begun",
        declaration(argument="#[qu$0] q: Option<u8>"),
        ["query"],
        [],
    ),
    (
        "an attribute of an argument, not begun",
        declaration(argument="#[$0] q: Option<u8>"),
        ["path", "query", "header", "field", "body"],
        [],
    ),
    (
        "an option of an argument, begun",
        declaration(argument="#[query(cs$0)] q: Option<Vec<u8>>"),
        ["csv"],
        [],
    ),
    (
        "an option of an argument, not begun",
        declaration(argument="#[query($0)] q: Option<Vec<u8>>"),
        ["csv", "flatten", "deep"],
        ["bytes"],
    ),
    (
        "an option of a field",
        declaration(argument="#[field(fl$0)] q: Option<Vec<u8>>"),
        ["flatten"],
        [],
    ),
    ("an option of a path", declaration(argument="#[path(cs$0)] q: Vec<u8>"), ["csv"], []),
    ("an option of a body", declaration(argument="#[body(by$0)] q: Bytes"), ["bytes"], []),
    ("a type of an argument", declaration(argument="#[query] q: Opt$0"), ["Option<…>"], []),
    ("a method", declaration(call="get$0"), ["get_a(…)"], []),
    ("a setter", declaration(call="get_a(1.to_string()).$0"), ["q(…)", "send()"], []),
    (
        "a setter beside a key that is begun",
        declaration(method=", sc", call="get_a(1.to_string()).$0"),
        ["q(…)"],
        [],
    ),
    (
        "a setter beside an argument that is begun",
        declaration(
            argument="#[query] q: Option<u8>, #[que", call="get_a(1.to_string()).$0"
        ).replace("#[que)", "#[que] r)"),
        ["q(…)"],
        [],
    ),
]


class Server:
    """A rust-analyzer that speaks LSP over its standard streams."""

    def __init__(self, command, verbose):
        self.verbose = verbose
        self.process = subprocess.Popen(
            [command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=CRATE,
        )
        self.messages = queue.Queue()
        self.quiescent = threading.Event()
        self.answers = {}
        self.last = 0
        self.diagnostics = {}
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        stream = self.process.stdout
        while True:
            length = None
            while line := stream.readline().strip():
                name, _, value = line.partition(b": ")
                if name.lower() == b"content-length":
                    length = int(value)
            if length is None:
                return
            message = json.loads(stream.read(length))
            if self.verbose and message.get("method", "").startswith(("window", "experimental")):
                print(json.dumps(message)[:300], file=sys.stderr)
            if message.get("method") == "experimental/serverStatus":
                status = message["params"]
                (self.quiescent.set if status["quiescent"] else self.quiescent.clear)()
            elif "method" in message and "id" in message:
                # A question of the server: settings, progress.
                answer = (
                    [None] * len(message["params"].get("items", []))
                    if message["method"] == "workspace/configuration"
                    else None
                )
                self.send({"id": message["id"], "result": answer})
            elif "id" in message:
                self.messages.put(message)

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def ask(self, method, params):
        self.last += 1
        self.send({"id": self.last, "method": method, "params": params})
        while True:
            answer = self.messages.get(timeout=120)
            if answer["id"] == self.last:
                return answer

    def retried(self, method, params):
        """Asks again while the server says that the content changed meanwhile."""
        while True:
            answer = self.ask(method, params)
            if answer.get("error", {}).get("code") not in (-32801, -32802):
                return answer.get("result")
            time.sleep(0.2)


def main():
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--rust-analyzer")
    arguments.add_argument("--verbose", action="store_true")
    arguments = arguments.parse_args()
    command = (
        arguments.rust_analyzer
        or subprocess.run(
            ["rustup", "which", "rust-analyzer"],
            capture_output=True,
            text=True,
            check=True,
            cwd=REPOSITORY,
        ).stdout.strip()
    )

    source = CRATE / "src" / "lib.rs"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(declaration())
    api = REPOSITORY / "cliq-api"
    (CRATE / "Cargo.toml").write_text(
        '[package]\nname = "editor"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n'
        f'[dependencies]\ncliq-api = {{ path = "{api}", default-features = false }}\n'
    )
    (CRATE / "Cargo.lock").write_text((REPOSITORY / "Cargo.lock").read_text())
    (CRATE / "rust-toolchain.toml").write_text((REPOSITORY / "rust-toolchain.toml").read_text())

    server = Server(command, arguments.verbose)
    uri = source.as_uri()
    server.ask(
        "initialize",
        {
            "processId": None,
            "rootUri": CRATE.as_uri(),
            "capabilities": {
                "experimental": {"serverStatusNotification": True},
                "textDocument": {
                    "completion": {
                        "completionItem": {"snippetSupport": True, "labelDetailsSupport": True}
                    }
                },
            },
            "initializationOptions": {
                "cargo": {"targetDir": str(REPOSITORY / "target" / "editor" / "build")},
                "checkOnSave": False,
                "completion": {"limit": 2000},
            },
        },
    )
    server.notify("initialized", {})
    server.notify(
        "textDocument/didOpen",
        {"textDocument": {"uri": uri, "languageId": "rust", "version": 0, "text": declaration()}},
    )
    if not server.quiescent.wait(timeout=900):
        sys.exit("rust-analyzer is not ready after 15 minutes")

    failed = 0
    for version, (name, text, wanted, unwanted) in enumerate(CASES, start=1):
        before, cursor, after = text.partition(CURSOR)
        assert cursor, name
        server.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [{"text": before + after}],
            },
        )
        lines = before.split("\n")
        where = {
            "textDocument": {"uri": uri},
            "position": {"line": len(lines) - 1, "character": len(lines[-1])},
        }
        result = server.retried("textDocument/completion", where) or []
        items = result["items"] if isinstance(result, dict) else result
        labels = {item["label"] for item in items}
        missing = [label for label in wanted if label not in labels]
        extra = [label for label in unwanted if label in labels]
        print(
            f"{'ok  ' if not missing and not extra else 'FAIL'} {name}: {len(labels)} offered"
            + (f", without {missing}" if missing else "")
            + (f", with {extra}" if extra else "")
        )
        if arguments.verbose:
            print(f"     {sorted(labels)[:40]}")
        failed += bool(missing or extra)
    server.process.kill()
    sys.exit(f"{failed} of {len(CASES)} fail" if failed else 0)


if __name__ == "__main__":
    main()
