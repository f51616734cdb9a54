//! The cost of the library as a dependency: the number of crates, and the time of a first build.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cargo::{Cargo, Sample};
use crate::generate::{cliq_api, fresh, manifest, workspace};

/// What a user would depend on without us; we do as well.
const BARE: [&str; 4] = ["reqwest", "serde", "serde_json", "tokio"];

/// A package that depends on `cliq-api`, and one that depends on its main dependencies.
#[derive(Debug)]
pub(crate) struct Clean {
    directory: PathBuf,
}

/// The times of the two builds.
#[derive(Debug, Default)]
pub(crate) struct Times {
    pub(crate) ours: Vec<Sample>,
    pub(crate) bare: Vec<Sample>,
}

/// The numbers of crates in the two trees.
#[derive(Debug)]
pub(crate) struct Crates {
    pub(crate) ours: usize,
    pub(crate) bare: usize,
}

impl Clean {
    /// Writes the two packages. The second one has the same versions and features of the
    /// dependencies as the first.
    pub(crate) fn write(project: &Path, target: &Path) -> Result<Self, String> {
        let clean = Self {
            directory: target.join("clean-build"),
        };
        let write = |name: &str, dependencies: &str| {
            let root = clean.directory.join(name);
            fresh(&root.join(name).join("src"))?;
            fs::write(root.join(name).join("src/lib.rs"), "//! Generated.\n")?;
            fs::write(
                root.join(name).join("Cargo.toml"),
                manifest(name, dependencies),
            )?;
            workspace(&root, project, std::iter::once(name.to_owned()))
        };
        write("ours", &cliq_api(project))
            .map_err(|error| format!("the crates can't be written: {error}"))?;
        let bare = clean.bare_dependencies()?;
        write("bare", &bare).map_err(|error| format!("the crates can't be written: {error}"))?;
        Ok(clean)
    }

    /// Counts all crates that a program gets by depending on `cliq-api`, including macros, but not
    /// those that only build scripts need.
    pub(crate) fn crates(&self) -> Result<Crates, String> {
        let count = |name: &str, but: usize| -> Result<usize, String> {
            let tree = self.tree(name, &["--edges", "normal", "--format", "{p}"])?;
            // `cargo tree` marks crates that it has shown before.
            let crates: BTreeSet<&str> = tree
                .lines()
                .map(|line| line.trim_end_matches(" (*)"))
                .collect();
            Ok(crates.into_iter().filter(|line| !line.is_empty()).count() - but)
        };
        // Without the package itself.
        Ok(Crates {
            ours: count("ours", 1)?,
            bare: count("bare", 1)?,
        })
    }

    /// Builds both alternately into new target directories.
    pub(crate) fn build(&self, repeats: usize) -> Result<Times, String> {
        let mut times = Times::default();
        for name in ["ours", "bare"] {
            self.cargo(name).run(&["fetch"])?;
        }
        for repeat in 1..=repeats {
            let order = if repeat % 2 == 0 {
                ["ours", "bare"]
            } else {
                ["bare", "ours"]
            };
            for name in order {
                let cargo = self.cargo(name);
                fresh(&cargo.target).map_err(|error| {
                    format!("{} can't be emptied: {error}", cargo.target.display())
                })?;
                let run = cargo.run(&["build"])?;
                if run.waited {
                    eprintln!("note: cargo waited for another cargo, which is in the time");
                }
                let sample = run.sample;
                eprintln!(
                    "{repeat}/{repeats}: clean build, {name}: {:.1} s",
                    sample.wall.as_secs_f64()
                );
                if name == "ours" {
                    &mut times.ours
                } else {
                    &mut times.bare
                }
                .push(sample);
                let _ = fs::remove_dir_all(&cargo.target);
            }
        }
        Ok(times)
    }

    fn cargo(&self, name: &str) -> Cargo {
        let workspace = self.directory.join(name);
        Cargo {
            target: workspace.join("target"),
            workspace,
            incremental: true,
        }
    }

    fn tree(&self, name: &str, arguments: &[&str]) -> Result<String, String> {
        let arguments: Vec<&str> = ["tree", "--prefix", "none"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        Ok(self.cargo(name).run(&arguments)?.stdout)
    }

    fn bare_dependencies(&self) -> Result<String, String> {
        let of_ours = [
            "--package",
            "cliq-api",
            "--edges",
            "normal",
            "--depth",
            "1",
            "--format",
            "{p};{f}",
        ];
        let tree = self.tree("ours", &of_ours)?;
        let line = |name: &str| {
            dependency(&tree, name)
                .ok_or_else(|| format!("cliq-api no longer depends on {name}:\n{tree}"))
        };
        BARE.into_iter().map(line).collect()
    }
}

/// Returns a crate's line in `[dependencies]`, from `name v1.2.3 (…);feature,feature`.
fn dependency(tree: &str, name: &str) -> Option<String> {
    let (version, features) = tree.lines().find_map(|line| {
        let (package, features) = line.trim_end_matches(" (*)").split_once(';')?;
        let mut package = package.split_whitespace();
        let version = (package.next()? == name)
            .then(|| package.next())??
            .strip_prefix('v')?;
        Some((version, features))
    })?;
    let features: Vec<String> = features
        .split(',')
        .filter(|feature| !feature.is_empty())
        .map(|feature| format!("{feature:?}"))
        .collect();
    let features = features.join(", ");
    Some(format!(
        "{name} = {{ version = \"={version}\", default-features = false, features = [{features}] }}\n"
    ))
}

/// Returns the minimum of several samples.
pub(crate) fn least(samples: &[Sample]) -> Option<Duration> {
    samples.iter().map(|sample| sample.wall).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_is_read_from_the_tree() {
        let tree =
            "cliq-api v0.1.0 (/x);default\nserde v1.0.1;default,derive\nserde_json v1.0.2; (*)\n";
        assert_eq!(
            dependency(tree, "serde").unwrap(),
            "serde = { version = \"=1.0.1\", default-features = false, features = [\"default\", \"derive\"] }\n"
        );
        assert!(
            dependency(tree, "serde_json")
                .unwrap()
                .contains("=1.0.2\", default-features = false, features = []")
        );
        assert_eq!(dependency(tree, "tokio"), None);
    }
}
