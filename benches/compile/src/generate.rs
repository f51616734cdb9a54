//! Generates the crates to compile, below the target directory.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::options::{Command, Mix};
use crate::variant::Variant;

/// A crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) variant: Variant,
    /// A crate that is built also calls each endpoint once, because unused functions aren't
    /// compiled to machine code.
    pub(crate) command: Command,
    pub(crate) endpoints: usize,
}

impl Case {
    pub(crate) fn package(&self) -> String {
        format!(
            "{}-{}-{}",
            self.variant.name(),
            self.command.name(),
            self.endpoints
        )
    }

    /// Returns the endpoint that is edited: one in the middle; a POST in a mixed crate.
    fn touched(&self) -> usize {
        ((self.endpoints / 2) | 1).min(self.endpoints - 1)
    }
}

/// The layout of crates.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The directory of the workspaces, one per variant.
    pub(crate) workspaces: PathBuf,
    /// The project's root.
    pub(crate) project: PathBuf,
    pub(crate) mix: Mix,
    /// The number of endpoints per module.
    pub(crate) per_module: usize,
}

impl Layout {
    pub(crate) fn workspace(&self, variant: Variant) -> PathBuf {
        self.workspaces.join(variant.name())
    }

    /// Writes a variant's workspace, with a package for each case.
    pub(crate) fn write(&self, variant: Variant, cases: &[Case]) -> io::Result<()> {
        let root = self.workspace(variant);
        fresh(&root)?;
        for case in cases {
            let package = root.join(case.package());
            fs::create_dir_all(package.join("src"))?;
            fs::write(
                package.join("Cargo.toml"),
                manifest(&case.package(), &variant.dependencies(&self.project)),
            )?;
            fs::write(
                package.join("src/types.rs"),
                include_str!("../templates/types.rs"),
            )?;
            fs::write(package.join("src/api.rs"), variant.section("api"))?;
            let mut lib = "//! Generated.\n\npub mod api;\npub mod types;\n".to_owned();
            for group in 0..self.groups(case) {
                let _ = writeln!(lib, "pub mod group_{group};");
                fs::write(self.module(case, group), self.source(case, group, 0))?;
            }
            fs::write(package.join("src/lib.rs"), lib)?;
        }
        workspace(&root, &self.project, cases.iter().map(Case::package))
    }

    /// Edits one endpoint: its path and its documentation. The new text also differs in length.
    pub(crate) fn touch(&self, case: &Case, edit: usize) -> io::Result<()> {
        let group = case.touched() / self.per_module(case);
        let module = self.module(case, group);
        let before = fs::read_to_string(&module)?;
        let after = self.source(case, group, edit);
        fs::write(
            module,
            if after == before {
                self.source(case, group, edit + 1)
            } else {
                after
            },
        )
    }

    fn per_module(&self, case: &Case) -> usize {
        if self.per_module == 0 {
            case.endpoints
        } else {
            self.per_module
        }
    }

    fn groups(&self, case: &Case) -> usize {
        case.endpoints.div_ceil(self.per_module(case))
    }

    fn module(&self, case: &Case, group: usize) -> PathBuf {
        self.workspace(case.variant)
            .join(case.package())
            .join("src")
            .join(format!("group_{group}.rs"))
    }

    fn source(&self, case: &Case, group: usize, edit: usize) -> String {
        let Case {
            variant,
            command,
            endpoints,
        } = *case;
        let per_module = self.per_module(case);
        let members = group * per_module..endpoints.min((group + 1) * per_module);
        let touched = case.touched();
        let fill = |section: &str, endpoint: usize| {
            let edits = if endpoint == touched && edit > 0 {
                edit % 4 + 1
            } else {
                0
            };
            variant
                .section(section)
                .replace("{N}", &endpoint.to_string())
                .replace("{GROUP}", &group.to_string())
                .replace("{PATH}", &"-edited".repeat(edits))
                .replace("{DOC}", &", edited".repeat(edits))
        };
        let all = |get: &str, post: &str| -> String {
            members
                .clone()
                .map(|endpoint| {
                    fill(
                        if self.mix.is_post(endpoint) {
                            post
                        } else {
                            get
                        },
                        endpoint,
                    )
                })
                .collect()
        };
        let mut source = fill("head", 0)
            + &all("get", "post")
            + &fill("tail", 0)
            + &all("beside_get", "beside_post");
        if command == Command::Build {
            source += &(fill("call_head", 0) + &all("call_get", "call_post"));
        }
        source
    }
}

/// Returns the library's line in `[dependencies]`.
pub(crate) fn cliq_api(project: &Path) -> String {
    let path = project.join("cliq-api").display().to_string();
    format!("cliq-api = {{ path = {path:?} }}\n")
}

pub(crate) fn manifest(package: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
        [lib]\ndoctest = false\n\n[dependencies]\n{dependencies}"
    )
}

/// Writes the workspace's manifest, with the project's versions of shared dependencies.
pub(crate) fn workspace(
    root: &Path,
    project: &Path,
    members: impl Iterator<Item = String>,
) -> io::Result<()> {
    let members: Vec<String> = members.map(|member| format!("{member:?}")).collect();
    fs::write(
        root.join("Cargo.toml"),
        format!(
            "[workspace]\nresolver = \"3\"\nmembers = [{}]\n",
            members.join(", ")
        ),
    )?;
    let lock = project.join("Cargo.lock");
    if lock.exists() {
        fs::copy(lock, root.join("Cargo.lock"))?;
    }
    Ok(())
}

/// Creates an empty directory.
pub(crate) fn fresh(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir_all(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(per_module: usize) -> Layout {
        Layout {
            workspaces: PathBuf::new(),
            project: PathBuf::new(),
            mix: Mix::Mixed,
            per_module,
        }
    }

    #[test]
    fn nothing_is_left_to_fill_and_every_endpoint_is_there_once() {
        let layout = layout(50);
        for variant in Variant::ALL {
            let case = Case {
                variant,
                command: Command::Build,
                endpoints: 120,
            };
            assert_eq!(layout.groups(&case), 3);
            let source: String = (0..3).map(|group| layout.source(&case, group, 0)).collect();
            for placeholder in ["{N}", "{GROUP}", "{PATH}", "{DOC}"] {
                assert!(!source.contains(placeholder), "{variant:?} {placeholder}");
            }
            for endpoint in 0..120 {
                assert_eq!(source.matches(&format!("fn call_{endpoint}(")).count(), 1);
                assert_eq!(source.matches(&format!("/things{endpoint}/")).count(), 1);
            }
        }
    }

    #[test]
    fn an_edit_changes_one_endpoint_and_the_length() {
        for per_module in [0, 50] {
            let layout = layout(per_module);
            for endpoints in [2, 50, 120] {
                let case = Case {
                    variant: Variant::Ours,
                    command: Command::Check,
                    endpoints,
                };
                let group = case.touched() / layout.per_module(&case);
                let sources: Vec<String> = (0..6)
                    .map(|edit| layout.source(&case, group, edit))
                    .collect();
                for pair in sources.windows(2) {
                    assert_ne!(pair[0].len(), pair[1].len());
                    let differing = pair[0]
                        .lines()
                        .zip(pair[1].lines())
                        .filter(|(before, after)| before != after);
                    assert_eq!(differing.count(), 2);
                }
            }
        }
    }
}
