//! Measures the compile time of an endpoint, and the cost of the library as a dependency; see
//! `README.md`.

mod cargo;
mod clean;
mod generate;
mod measure;
mod options;
mod report;
mod variant;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use clean::Clean;
use generate::Layout;
use options::Options;

fn main() -> ExitCode {
    let result = match Options::parse(env::args().skip(1)) {
        Ok(Some(options)) => run(&options),
        Ok(None) => {
            print!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let project = project
        .canonicalize()
        .map_err(|error| format!("{} can't be read: {error}", project.display()))?;
    let target = directory()?;
    let _alone = alone(&target)?;
    let mut report = Vec::new();
    if options.measure_endpoints {
        let layout = Layout {
            workspaces: target.join("endpoints"),
            project: project.clone(),
            mix: options.mix,
            per_module: options.per_module,
        };
        let all = measure::measure(options, &layout, &target)?;
        report.push(report::endpoints(options, &all));
        report.extend(report::linear(options, &all));
        if let Some(path) = &options.save {
            fs::write(path, report::plotted(options, &all))
                .map_err(|error| format!("{} can't be written: {error}", path.display()))?;
        }
    }
    if options.count_crates || options.clean_build {
        let clean = Clean::write(&project, &target)?;
        if options.count_crates {
            report.push(report::crates(&clean.crates()?));
        }
        if options.clean_build {
            report.extend(report::clean_build(&clean.build(options.clean_repeats)?));
        }
    }
    println!("\n{}", report.join("\n"));
    Ok(())
}

/// Locks the directory against a second run, while the file is open.
fn alone(directory: &Path) -> Result<File, String> {
    let path = directory.join("lock");
    let file = File::create(&path)
        .map_err(|error| format!("{} can't be made: {error}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err("another run is under way, and each would disturb the other".to_owned())
        }
        Err(TryLockError::Error(error)) => {
            Err(format!("{} can't be locked: {error}", path.display()))
        }
    }
}

/// Returns a separate directory in this program's target directory.
fn directory() -> Result<PathBuf, String> {
    let program = env::current_exe()
        .map_err(|error| format!("the program's own place is not known: {error}"))?;
    // The path is `target/release/cliq-bench-compile`.
    let target = program
        .ancestors()
        .nth(2)
        .ok_or("the program is not in a target directory")?;
    let directory = target.join("cliq-bench-compile");
    fs::create_dir_all(&directory)
        .map_err(|error| format!("{} can't be made: {error}", directory.display()))?;
    Ok(directory)
}
