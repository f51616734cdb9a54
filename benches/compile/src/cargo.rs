//! Runs cargo, and measures the time.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, fs, process};

/// The duration of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) wall: Duration,
    /// User and system time of cargo and its children, if the system has `/proc`.
    pub(crate) cpu: Option<Duration>,
}

/// The result of a command.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) sample: Sample,
    /// The packages that were compiled or checked.
    pub(crate) compiled: Vec<String>,
    pub(crate) warned: bool,
    /// Whether it waited for another cargo's lock, which invalidates the measurement.
    pub(crate) waited: bool,
    pub(crate) stdout: String,
}

/// A cargo command.
#[derive(Debug)]
pub(crate) struct Cargo {
    pub(crate) workspace: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) incremental: bool,
}

impl Cargo {
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Run, String> {
        let mut command =
            process::Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .args(arguments)
            .current_dir(&self.workspace)
            .env("CARGO_TARGET_DIR", &self.target)
            .env(
                "CARGO_INCREMENTAL",
                if self.incremental { "1" } else { "0" },
            )
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_TERM_PROGRESS_WHEN", "never")
            .env("CARGO_TERM_QUIET", "false")
            .env("CARGO_TERM_VERBOSE", "false")
            // A compilation cache would falsify the measurement.
            .env("RUSTC_WRAPPER", "")
            .env("RUSTC_WORKSPACE_WRAPPER", "")
            .stdin(process::Stdio::null());
        let before = children_cpu();
        let start = Instant::now();
        let output = command
            .output()
            .map_err(|error| format!("cargo can't be run: {error}"))?;
        let wall = start.elapsed();
        let cpu = before.and_then(|before| Some(children_cpu()?.saturating_sub(before)));
        let stderr = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            let line = arguments.join(" ");
            return Err(format!(
                "`cargo {line}` failed in {}:\n{}",
                self.workspace.display(),
                tail(&stderr)
            ));
        }
        Ok(Run {
            sample: Sample { wall, cpu },
            compiled: compiled(&stderr),
            waited: stderr.contains("Blocking waiting for file lock"),
            warned: stderr.lines().any(|line| line.starts_with("warning")),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        })
    }
}

/// Returns the end of the compiler's output, starting at its first error if possible.
fn tail(stderr: &str) -> String {
    const LINES: usize = 40;
    let lines: Vec<&str> = stderr.lines().collect();
    let first_error = lines.iter().position(|line| line.starts_with("error"));
    let start = first_error.unwrap_or_else(|| lines.len().saturating_sub(LINES));
    let shown = &lines[start..lines.len().min(start + LINES)];
    let rest = lines.len() - start - shown.len();
    let mut tail: String = shown.iter().flat_map(|line| ["    ", line, "\n"]).collect();
    if rest > 0 {
        let _ = writeln!(tail, "    … and {rest} lines more");
    }
    tail
}

fn compiled(stderr: &str) -> Vec<String> {
    let name = |line: &str| {
        let line = line.trim_start();
        let rest = line
            .strip_prefix("Compiling ")
            .or_else(|| line.strip_prefix("Checking "))?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    stderr.lines().filter_map(name).collect()
}

/// Returns the CPU time of all finished children of this process and theirs: `cutime` and `cstime`
/// of Linux, in hundredths of a second.
fn children_cpu() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is a name in parentheses, which may contain anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = [13, 14]
        .iter()
        .map(|&index| fields.get(index)?.parse::<u64>().ok())
        .sum::<Option<u64>>()?;
    Some(Duration::from_millis(ticks * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compiled_packages_are_parsed_from_cargos_output() {
        let stderr = "   Compiling cliq-macros v0.1.0 (/x)\n    Checking ours-check-2 v0.0.0 (/y)\n    Finished `dev`\n";
        assert_eq!(compiled(stderr), ["cliq-macros", "ours-check-2"]);
        assert!(compiled("    Finished `dev` profile").is_empty());
    }

    #[test]
    fn of_a_failure_the_first_error_is_shown() {
        let stderr = format!("warning: x\nerror[E1]: y\n{}", "  more\n".repeat(60));
        let tail = tail(&stderr);
        assert!(tail.starts_with("    error[E1]: y\n"), "{tail}");
        assert!(tail.ends_with("… and 21 lines more\n"), "{tail}");
    }
}
