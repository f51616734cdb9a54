//! Command-line options.

use std::path::PathBuf;
use std::str::FromStr;

pub(crate) const HELP: &str = "\
Measures what an endpoint costs at compile time: with `#[endpoints]`, by hand over reqwest, and with
two other libraries that declare clients by macros. README.md says how, and how to read the result.

Usage: cargo run --release --manifest-path benches/compile/Cargo.toml -- [OPTIONS]

      --endpoints <N,…>      how many endpoints a crate has [default: 50,200,800]
      --repeats <N>          how often each crate is compiled in each mode; the least counts
                             [default: 5]
      --clean-repeats <N>    the same for the clean builds [default: 3]
      --parts <PART,…>       endpoints, crates, clean-build [default: all]
      --only <COMMAND>       only `check`, or only `build`
      --mode <MODE>          only `scratch`, or only `touch`
      --mix <MIX>            mixed (GET and POST in turn), get, post [default: mixed]
      --per-module <N>       endpoints in one module (or trait); 0 puts all in one [default: 50]
      --skip-peers           leave out the other libraries
      --save <FILE>          write what `cargo check` costs with the most endpoints, to be plotted
  -h, --help                 print this
";

/// How a crate is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Command {
    Check,
    Build,
}

impl Command {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Build => "build",
        }
    }
}

/// The state before compiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    /// Dependencies are compiled, the crate is not.
    Scratch,
    /// Everything is compiled, and one endpoint was edited.
    Touch,
}

impl Mode {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scratch => "from scratch",
            Self::Touch => "after a touch",
        }
    }
}

/// The endpoints of a crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mix {
    Mixed,
    Get,
    Post,
}

impl Mix {
    pub(crate) fn is_post(self, endpoint: usize) -> bool {
        match self {
            Self::Mixed => endpoint % 2 == 1,
            Self::Get => false,
            Self::Post => true,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mixed => "GET and POST in turn",
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(crate) struct Options {
    pub(crate) endpoints: Vec<usize>,
    pub(crate) repeats: usize,
    pub(crate) clean_repeats: usize,
    pub(crate) measure_endpoints: bool,
    pub(crate) count_crates: bool,
    pub(crate) clean_build: bool,
    pub(crate) commands: Vec<Command>,
    pub(crate) modes: Vec<Mode>,
    pub(crate) mix: Mix,
    pub(crate) per_module: usize,
    pub(crate) peers: bool,
    pub(crate) save: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            endpoints: vec![50, 200, 800],
            repeats: 5,
            clean_repeats: 3,
            measure_endpoints: true,
            count_crates: true,
            clean_build: true,
            commands: vec![Command::Check, Command::Build],
            modes: vec![Mode::Scratch, Mode::Touch],
            mix: Mix::Mixed,
            per_module: 50,
            peers: true,
            save: None,
        }
    }
}

impl Options {
    /// Parses the options; `None` for help.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut options = Self::default();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let (name, mut inline) = match argument.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            let mut value = || {
                inline
                    .take()
                    .or_else(|| arguments.next())
                    .ok_or_else(|| format!("`{name}` needs a value"))
            };
            match name.as_str() {
                "-h" | "--help" => return Ok(None),
                "--endpoints" => options.endpoints = numbers(&value()?)?,
                "--repeats" => options.repeats = at_least_one(&value()?)?,
                "--clean-repeats" => options.clean_repeats = at_least_one(&value()?)?,
                "--parts" => options.set_parts(&value()?)?,
                "--only" => {
                    options.commands = vec![choice(&value()?, &[Command::Check, Command::Build])?]
                }
                "--mode" => options.modes = vec![choice(&value()?, &[Mode::Scratch, Mode::Touch])?],
                "--mix" => options.mix = choice(&value()?, &[Mix::Mixed, Mix::Get, Mix::Post])?,
                "--per-module" => options.per_module = number(&value()?)?,
                "--skip-peers" => options.peers = false,
                "--save" => options.save = Some(value()?.into()),
                _ => return Err(format!("`{name}` is no option; `--help` lists them")),
            }
            if inline.is_some() {
                return Err(format!("`{name}` takes no value"));
            }
        }
        Ok(Some(options))
    }

    fn set_parts(&mut self, parts: &str) -> Result<(), String> {
        (self.measure_endpoints, self.count_crates, self.clean_build) = (false, false, false);
        for part in parts.split(',') {
            match part.trim() {
                "endpoints" => self.measure_endpoints = true,
                "crates" => self.count_crates = true,
                "clean-build" => self.clean_build = true,
                other => {
                    return Err(format!(
                        "`{other}` is no part: they are endpoints, crates, clean-build"
                    ));
                }
            }
        }
        Ok(())
    }
}

/// The lowest number of endpoints: a crate with two contains the costs that all share.
pub(crate) const BASE: usize = 2;

fn numbers(text: &str) -> Result<Vec<usize>, String> {
    let mut numbers = text
        .split(',')
        .map(|text| number(text.trim()))
        .collect::<Result<Vec<usize>, _>>()?;
    numbers.sort_unstable();
    numbers.dedup();
    match numbers.first() {
        Some(&least) if least > BASE => Ok(numbers),
        _ => Err(format!(
            "`--endpoints` takes numbers above {BASE}, which is what they are compared with"
        )),
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    number(text).and_then(|number| {
        if number == 0 {
            Err("at least 1 is needed, not 0".to_owned())
        } else {
            Ok(number)
        }
    })
}

fn number(text: &str) -> Result<usize, String> {
    usize::from_str(text).map_err(|_| format!("`{text}` is no number"))
}

fn choice<T: Copy + std::fmt::Debug>(text: &str, choices: &[T]) -> Result<T, String> {
    let name = |choice: &T| format!("{choice:?}").to_lowercase();
    choices
        .iter()
        .find(|choice| name(choice) == text)
        .copied()
        .ok_or_else(|| {
            let names: Vec<String> = choices.iter().map(name).collect();
            format!("`{text}` is none of {}", names.join(", "))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Options>, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read() {
        let options = parse(
            "--endpoints 200,50 --repeats=3 --only check --mode touch --parts endpoints --mix post",
        );
        let options = options.unwrap().unwrap();
        assert_eq!(options.endpoints, [50, 200]);
        assert_eq!(options.repeats, 3);
        assert_eq!(options.commands, [Command::Check]);
        assert_eq!(options.modes, [Mode::Touch]);
        assert_eq!(options.mix, Mix::Post);
        assert!(options.measure_endpoints && !options.clean_build && options.peers);
        assert!(parse("--endpoints 50 -h").unwrap().is_none());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "--endpoints",
            "--endpoints 2",
            "--repeats 0",
            "--repeats x",
            "--only test",
            "--parts all",
            "--skip-peers=1",
            "50",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
