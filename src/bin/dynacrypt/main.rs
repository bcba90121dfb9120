//! The command line: one module a subcommand. It never reads a table's items, and never prints a
//! value of a record.
//!
//! Exit codes of every subcommand: 0 where all is in order, 1 where something was found, 2 where the
//! input cannot be used.

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
    /// IAM policies: make them from schemas, and look for what is wrong in those that exist.
    #[command(subcommand)]
    Policy(policy::Command),
}

/// What a subcommand came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Clean,
    Found,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Policy(command) => policy::run(command),
    };
    match outcome {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(Failure(message)) => {
            input::complain(&message);
            ExitCode::from(2)
        }
    }
}
