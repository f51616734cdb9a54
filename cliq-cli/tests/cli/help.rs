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
    snapshot("channels-create.txt", &help(&["channels", "create", "-h"]));
    snapshot("messages-send.txt", &help(&["messages", "send", "-h"]));
    snapshot("messages-list.txt", &help(&["messages", "list", "-h"]));
    snapshot("chats-create.txt", &help(&["chats", "create", "-h"]));
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
    let groups = complete(&world, &["cliq", ""]);
    for table in APIS {
        let group = table[0].api();
        let group = groups
            .iter()
            .find(|name| name.replace('-', "") == group.to_lowercase());
        let group = group.unwrap_or_else(|| panic!("{groups:?}"));
        let commands = complete(&world, &["cliq", group, ""]);
        let expected = listed
            .iter()
            .filter_map(|command| command.strip_prefix(group)?.strip_prefix(' '));
        for command in expected {
            assert!(
                commands.iter().any(|name| name == command),
                "{group} {command}"
            );
        }
    }
}

/// What the script of bash receives for these words.
fn complete(world: &World, words: &[&str]) -> Vec<String> {
    let mut command = world.command(["--"]);
    command
        .args(words)
        .env("CLIQ_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string())
        .env("_CLAP_IFS", "\n");
    let ended: crate::support::Ended = command.output().unwrap().into();
    ended.ok().lines().map(str::to_owned).collect()
}

#[test]
fn options_and_values_are_completed() {
    let world = World::new();
    let levels = complete(&world, &["cliq", "channels", "create", "--level", ""]);
    assert_eq!(
        levels,
        ["organization", "team", "private", "personal", "external"]
    );
    let options = complete(&world, &["cliq", "messages", "send", "CT_1", "--"]);
    for option in ["--text", "--card", "--thread-title", "--output", "--wait"] {
        assert!(options.iter().any(|name| name == option), "{options:?}");
    }
    assert_eq!(complete(&world, &["cliq", "threads", "fol"]), ["follow"]);
    // Nothing is completed for a shell that isn't known.
    let mut unknown = world.command(["--", "cliq", ""]);
    let unknown = unknown.env("CLIQ_COMPLETE", "csh").output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
}

/// In bash itself, if it is here.
#[cfg(unix)]
#[test]
fn the_script_of_bash_asks_the_program() {
    let world = World::new();
    let script = help(&["completions", "bash"]);
    assert!(script.len() < 4096, "{script}");
    let ask = "COMP_WORDS=(cliq threads get-m); COMP_CWORD=2; COMP_TYPE=9
        _clap_complete_cliq cliq get-m threads; echo \"${COMPREPLY[*]}\"";
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_cliq"));
    let path = std::env::var("PATH").unwrap();
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", &(script + ask)])
        .env(
            "PATH",
            format!("{}:{path}", program.parent().unwrap().display()),
        )
        .env("HOME", world.home.path());
    let Ok(output) = bash.output() else { return };
    let ended = crate::support::Ended::from(output);
    assert!(ended.out.contains("get-main-message"), "{ended:?}");
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
        assert!(ended.status.success(), "{shell}");
        let script = String::from_utf8(ended.stdout).unwrap();
        assert!(script.contains("CLIQ_COMPLETE"), "{script}");
    }
}

/// As a file of `fpath`, the script is loaded by the first completion. Needs `zsh`, which not every
/// machine has.
#[test]
fn zsh_completes_from_the_first_time_on() {
    let world = World::new();
    let script = world.command(["completions", "zsh"]).output().unwrap();
    std::fs::write(world.home.path().join("_cliq"), script.stdout).unwrap();
    let bin = std::path::Path::new(env!("CARGO_BIN_EXE_cliq"));
    // Without a terminal, what zsh's completion system would do is done here.
    let asking = r#"
        typeset -A _comps
        compdef() { _comps[$2]=$1 }
        _describe() { print -rl -- "${(@P)argv[-1]}" }
        fpath=("$HOME") path=("$0" $path) words=(cliq thread) CURRENT=2
        autoload -Uz _cliq
        _cliq && _cliq
    "#;
    let asked = std::process::Command::new("zsh")
        .args(["-f", "-c", asking])
        .arg(bin.parent().unwrap())
        .env("HOME", world.home.path())
        .output();
    match asked {
        Ok(output) => {
            let answer = "threads:Threads of Zoho Cliq\n";
            assert_eq!(crate::support::Ended::from(output).ok(), answer.repeat(2));
        }
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error}"),
    }
}
