//! Tests the example, the file and the commands in `docs/sandbox.md`.

use std::collections::BTreeSet;

use cliq_api::threads::THREADS;
use cliq_sandbox::Sandbox;
use http::Method;

use super::scene;

fn page() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/sandbox.md");
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn block<'p>(page: &'p str, kind: &str, with: &str) -> &'p str {
    let blocks = page
        .split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| block.strip_prefix(kind));
    let mut found = blocks.filter(|block| block.contains(with));
    found
        .next()
        .unwrap_or_else(|| panic!("there is no block of {kind} with {with}"))
}

#[test]
fn the_file_is_a_world() {
    let sandbox = Sandbox::builder()
        .json(block(&page(), "json\n", "format"))
        .unwrap()
        .build();
    let again = sandbox.to_json();
    assert_eq!(
        Sandbox::builder().json(&again).unwrap().build().to_json(),
        again
    );
    assert_eq!(sandbox.messages("CT_1-T-1").len(), 1);
}

/// Sends what curl would send to the demo world; nothing is rejected.
#[test]
fn the_commands_are_all_operations() {
    let (page, scene) = (page(), scene());
    let mut values: Vec<_> = block(&page, "sh\n", "THREAD=")
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| {
            (
                name.to_owned(),
                value
                    .trim_matches(['"', '\''])
                    .replace("$TOKEN", &scene.demo.token),
            )
        })
        .collect();
    assert_eq!(
        values[..2].iter().map(|(_, id)| &**id).collect::<Vec<_>>(),
        [&scene.demo.thread_chat_id, &scene.demo.message_id]
    );
    values.push(("CLIQ".to_owned(), String::new()));

    let mut seen = BTreeSet::new();
    let commands = block(&page, "sh\n", "nonfollowers").replace("\\\n", "");
    for line in commands.lines().filter(|line| line.starts_with("curl ")) {
        let words = words(&values.iter().fold(line.to_owned(), |line, (name, value)| {
            line.replace(&format!("'${name}'"), value)
                .replace(&format!("${name}"), value)
        }));
        let (mut method, mut url, mut body, mut headers) = (None, "", "", Vec::new());
        let mut rest = words.iter().skip(1);
        while let Some(word) = rest.next() {
            match word.as_str() {
                "-X" => method = Some(rest.next().unwrap().parse().unwrap()),
                "-d" => body = rest.next().unwrap(),
                "-H" => headers.push(rest.next().unwrap().split_once(": ").unwrap()),
                other => url = other,
            }
        }
        let method = method.unwrap_or(if body.is_empty() {
            Method::GET
        } else {
            Method::POST
        });
        let mut request = http::Request::builder().method(&method).uri(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = scene
            .demo
            .sandbox
            .handle(request.body(body.to_owned().into()).unwrap());
        assert!(
            answer.status().is_success(),
            "{line}: {}, {:?}",
            answer.status(),
            answer.body()
        );
        let path: Vec<_> = url.split('?').next().unwrap().split('/').collect();
        let is_of = |meta: &&&cliq_api::EndpointMeta| {
            let template = format!("{}{}", meta.base(), meta.path());
            let own: Vec<_> = template.split('/').collect();
            *meta.method() == method
                && own.len() == path.len()
                && own
                    .iter()
                    .zip(&path)
                    .all(|(own, sent)| own.starts_with('<') || own == sent)
        };
        seen.extend(THREADS.iter().filter(is_of).map(|meta| meta.name()));
    }
    assert_eq!(seen.len(), THREADS.len(), "{seen:?}");
}

/// Splits a line like a shell.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in line.chars().chain([' ']) {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), close) if open == close => quote = None,
            (None, ' ') if word.is_empty() => {}
            (None, ' ') => words.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    words
}
