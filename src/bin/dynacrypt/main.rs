//! The command line: one module a subcommand. It never prints a value of a record, and writes no
//! log: the AWS client's, at TRACE, would show items.
//!
//! Exit codes of every subcommand: 0 where all is in order, 1 where something was found, 2 where the
//! input cannot be used, 3 where only a part of it can.

mod audit;
mod input;
mod policy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::input::Failure;

/// Tools around records whose sensitive fields are sealed.
#[derive(Debug, Parser)]
#[command(name = "dynacrypt", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What is stored in the clear and should not be: in a table, an export or a stream.
    #[command(subcommand)]
    Audit(audit::Command),
    /// IAM policies: make them from schemas, and look for what is wrong in those that exist.
    #[command(subcommand)]
    Policy(policy::Command),
}

/// What a subcommand came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Clean,
    Found,
    /// A part of the input could not be read, whatever was found in the rest.
    Incomplete,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Audit(command) => audit::run(command),
        Command::Policy(command) => policy::run(command),
    };
    match outcome {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Ok(Outcome::Incomplete) => ExitCode::from(3),
        Err(Failure(message)) => {
            input::complain(&message);
            ExitCode::from(2)
        }
    }
}
