//! `cliq`: Zoho Cliq from the command line, and as MCP tools.

use std::process::ExitCode;

fn main() -> ExitCode {
    cliq_cli::Command::cliq().run()
}
