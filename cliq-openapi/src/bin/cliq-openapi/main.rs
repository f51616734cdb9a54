//! `cliq-openapi import`: generates a module of declarations from an OpenAPI document.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use cliq_openapi::Importer;

fn main() -> ExitCode {
    let matches = command().get_matches();
    let Some(("import", matches)) = matches.subcommand() else {
        return ExitCode::FAILURE;
    };
    match import(matches) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let import = Command::new("import")
        .about("Writes a module of declarations for a document of OpenAPI 3.0 or 3.1")
        .arg(
            Arg::new("document")
                .help("The document, in YAML or JSON; `-` for standard input")
                .required(true)
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            Arg::new("out")
                .long("out")
                .short('o')
                .value_name("FILE")
                .help("The module; standard output by default")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            Arg::new("check")
                .long("check")
                .action(ArgAction::SetTrue)
                .requires("out")
                .help("Writes nothing, and fails if the module is out of date"),
        )
        .arg(
            Arg::new("limit-pattern")
                .long("limit-pattern")
                .value_name("REGEX")
                .help(
                    "Finds rate limits in descriptions, by the groups `calls` and `per`, such as \
                     `(?<calls>\\d+) requests per (?<per>\\w+)`",
                ),
        )
        .arg(
            Arg::new("lock-pattern")
                .long("lock-pattern")
                .value_name("REGEX")
                .help("Finds lockouts in descriptions, by the group `lock`"),
        )
        .arg(
            Arg::new("list")
                .long("list")
                .action(ArgAction::SetTrue)
                .help("Lists each thing that the module doesn't say, with its place"),
        );
    Command::new("cliq-openapi")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Declared endpoints from OpenAPI documents")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(import)
}

fn import(matches: &ArgMatches) -> Result<ExitCode, String> {
    let document: &PathBuf = matches.get_one("document").ok_or("no document")?;
    let mut importer = Importer::new();
    if let Some(name) = document.file_name().and_then(|name| name.to_str())
        && name != "-"
    {
        importer = importer.name(name);
    }
    let pattern = |name: &str| matches.get_one::<String>(name);
    if let Some(pattern) = pattern("limit-pattern") {
        importer = importer
            .limit_pattern(pattern)
            .map_err(|error| error.to_string())?;
    }
    if let Some(pattern) = pattern("lock-pattern") {
        importer = importer
            .lock_pattern(pattern)
            .map_err(|error| error.to_string())?;
    }
    let text = read(document)?;
    let import = importer
        .import(&text)
        .map_err(|error| format!("{}: {error}", document.display()))?;
    let out: Option<&PathBuf> = matches.get_one("out");
    let is_check = matches.get_flag("check");
    match out {
        Some(out) if is_check => {
            let found =
                fs::read_to_string(out).map_err(|error| format!("{}: {error}", out.display()))?;
            if !import.is_same(&found) {
                eprintln!(
                    "error: {} is out of date\nhelp: run the same command without `--check`",
                    out.display()
                );
                return Ok(ExitCode::FAILURE);
            }
        }
        Some(out) => {
            fs::write(out, import.code()).map_err(|error| format!("{}: {error}", out.display()))?;
        }
        None => {
            let written = io::stdout().write_all(import.code().as_bytes());
            written.map_err(|error| error.to_string())?;
        }
    }
    eprint!("{import}");
    if matches.get_flag("list") {
        for note in import.notes().iter().filter(|note| !note.is_skipped()) {
            eprintln!("{}: {}", note.place(), note.text());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read(document: &Path) -> Result<String, String> {
    let said = |error: io::Error| format!("{}: {error}", document.display());
    if document == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map_err(said)?;
        return Ok(text);
    }
    fs::read_to_string(document).map_err(said)
}
