//! What a system has of a program: completions of shells, and manual pages.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::env::Shells;

use crate::command::{App, Wanted};
use crate::failure::Failure;
use crate::output;
use crate::place::{self, Partial};

pub(crate) fn commands() -> [Command; 2] {
    [
        Command::new("completions")
            .about("Prints the script that completes commands in a shell")
            .arg(
                Arg::new("shell")
                    .value_name("SHELL")
                    .required(true)
                    .value_parser(PossibleValuesParser::new(Shells::builtins().names())),
            ),
        Command::new("man")
            .about("Writes manual pages, one for each command")
            .arg(
                Arg::new("directory")
                    .value_name("DIRECTORY")
                    .required(true)
                    .value_parser(value_parser!(PathBuf))
                    .help("Where to write them, such as ~/.local/share/man/man1"),
            ),
    ]
}

/// Prints the script of a shell. It asks the program what may follow, so that it stays small, and
/// knows what a newer program has.
pub(crate) fn completions(app: &App, matches: &ArgMatches) -> Result<(), Failure> {
    let shells = Shells::builtins();
    let shell = matches.get_one::<String>("shell");
    let Some(shell) = shell.and_then(|name| shells.completer(name)) else {
        return Err(Failure::usage("a shell is missing"));
    };
    let (name, mut script) = (app.name(), Vec::new());
    shell
        .write_registration(&variable(app), name, name, name, &mut script)
        .map_err(|error| Failure::io("can't write the script", &error))?;
    if shell.is("zsh") {
        // zsh loads a script from `fpath` when it is first asked, as the function that answers.
        let ask = format!("\n[[ ${{funcstack[1]-}} != _{name} ]] || $_comps[{name}] \"$@\"\n");
        script.extend_from_slice(ask.as_bytes());
    }
    output::write(&script)
}

/// The variable by which a script asks: `CLIQ_COMPLETE`.
fn variable(app: &App) -> String {
    place::prefix(app.name()) + "COMPLETE"
}

/// Answers what may follow the words behind `--`, if the script of a shell asks for it.
pub(crate) fn complete(app: &App, args: &[OsString]) -> Option<Result<(), Failure>> {
    let name = place::variable(&variable(app))?;
    let shells = Shells::builtins();
    let shell = shells.completer(name.to_str()?)?;
    let begin = args.iter().position(|arg| arg == "--")?;
    let words = args[begin + 1..].to_vec();
    let mut command = app.command(&Wanted::by(&words));
    let mut answer = Vec::new();
    let directory = std::env::current_dir().ok();
    let written = shell.write_complete(&mut command, words, directory.as_deref(), &mut answer);
    Some(match written {
        Ok(()) => output::write(&answer),
        Err(error) => Err(Failure::io("can't complete that", &error)),
    })
}

pub(crate) fn man(app: &App, matches: &ArgMatches) -> Result<(), Failure> {
    let Some(directory) = matches.get_one::<PathBuf>("directory") else {
        return Err(Failure::usage("a directory is missing"));
    };
    let problem = |error| {
        Failure::io(
            format_args!("can't write to {}", directory.display()),
            &error,
        )
    };
    std::fs::create_dir_all(directory).map_err(problem)?;
    let mut command = app.command(&Wanted::All).disable_help_subcommand(true);
    command.build();
    let mut pages = vec![command];
    while let Some(command) = pages.pop() {
        pages.extend(command.get_subcommands().cloned());
        let page = clap_mangen::Man::new(command);
        let mut text = Vec::new();
        page.render(&mut text).map_err(problem)?;
        let mut file =
            Partial::create(&directory.join(page.get_filename()), false).map_err(problem)?;
        file.write(&text).map_err(problem)?;
        file.finish().map_err(problem)?;
    }
    Ok(())
}
