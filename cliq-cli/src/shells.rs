//! What is generated for a system: completions of shells, and manual pages.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use crate::command::{App, Wanted};
use crate::failure::Failure;
use crate::output;
use crate::place::Partial;

pub(crate) fn commands() -> [Command; 2] {
    [
        Command::new("completions")
            .about("Prints the completions of a shell")
            .arg(
                Arg::new("shell")
                    .value_name("SHELL")
                    .required(true)
                    .value_parser(value_parser!(Shell)),
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

pub(crate) fn completions(app: &App, matches: &ArgMatches) -> Result<(), Failure> {
    let Some(shell) = matches.get_one::<Shell>("shell") else {
        return Err(Failure::usage("a shell is missing"));
    };
    let mut script = Vec::new();
    let mut command = app.command(&Wanted::All);
    clap_complete::generate(*shell, &mut command, app.name(), &mut script);
    output::write(&script)
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
