//! `dynacrypt policy`. It never calls AWS.

mod generate;
mod lint;

use clap::Subcommand;

use crate::Outcome;
use crate::input::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prints the least policy that a role needs.
    Generate(generate::Args),
    /// Looks for what is wrong in identity policies.
    Lint(lint::Args),
}

pub(crate) fn run(command: Command) -> Result<Outcome, Failure> {
    match command {
        Command::Generate(args) => generate::run(args),
        Command::Lint(args) => lint::run(&args),
    }
}
