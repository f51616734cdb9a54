//! The output of `--help`, and what is made from the same commands.

use cliq_api::cliq::APIS;

use crate::support::{World, snapshot};

fn help(args: &[&str]) -> String {
    let world = World::new();
    let mut command = world.command(args);
    command.env("COLUMNS", "100");
    let ended: crate::support::Ended = command.output().unwrap().into();
    ended.ok()
}

#[test]
fn help_reads_like_written_by_hand() {
    snapshot("threads.txt", &help(&["threads", "-h"]));
    snapshot("threads-list.txt", &help(&["threads", "list", "--help"]));
    snapshot(
        "threads-create-by-channel-id.txt",
        &help(&["threads", "create-by-channel-id", "-h"]),
    );
    snapshot(
        "api-show.txt",
        &help(&["api", "show", "threads", "follow", "-o", "table"]),
    );
    snapshot("login.txt", &help(&["login", "-h"]));
    snapshot("mcp.txt", &help(&["mcp", "-h"]));
}

/// Without a list of them anywhere.
#[test]
fn every_endpoint_is_a_command() {
    let world = World::new();
    let listed = world.command(["api", "list", "--query", "[].command"]);
    let listed = { listed }.output().unwrap();
    let listed: Vec<String> = serde_json::from_slice(&listed.stdout).unwrap();
    let count: usize = APIS.iter().map(|table| table.len()).sum();
    assert_eq!(listed.len(), count);
    // Each has its own name, and can be asked for help.
    let mut names = listed.clone();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
    let script = String::from_utf8(
        world
            .command(["completions", "bash"])
            .output()
            .unwrap()
            .stdout,
    )
    .unwrap();
    for command in &listed {
        let (group, name) = command.split_once(' ').unwrap();
        assert!(
            script.contains(&format!("cliq__subcmd__{}", group.replace('-', "__")))
                || script.contains(group),
            "{group}"
        );
        assert!(script.contains(name), "{command}");
    }
}

/// clap checks what it is given in debug builds, when a command is built: all of them are here.
#[test]
fn all_pages_of_the_manual_can_be_written() {
    let world = World::new();
    let ended = world.command(["man", "pages"]).output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let pages = std::fs::read_dir(world.home.path().join("pages")).unwrap();
    let names: Vec<String> = pages
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    let count: usize = APIS.iter().map(|table| table.len()).sum();
    assert!(names.len() > count, "{names:?}");
    assert!(names.iter().all(|name| !name.contains(".part")));
    let page = world.home.path().join("pages/cliq-threads-follow.1");
    assert!(
        std::fs::read_to_string(page)
            .unwrap()
            .contains("Follows a thread")
    );
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ended = world.command(["completions", shell]).output().unwrap();
        assert!(
            ended.status.success() && ended.stdout.len() > 10_000,
            "{shell}"
        );
    }
}
