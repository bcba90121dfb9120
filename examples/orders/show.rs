//! What the example prints, and how it stops where something is not as it says. It never opens
//! anything.

use std::error::Error;
use std::fmt::Debug;

/// What a step of the tour gives.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

pub(crate) fn step(number: u8, what: &str) {
    println!("\n{number}. {what}");
}

pub(crate) fn line(what: &str, outcome: impl std::fmt::Display) {
    println!("   {what:<42} {outcome}");
}

/// Stops the tour unless this is so.
pub(crate) fn ensure(holds: bool, what: &'static str) -> Outcome {
    if holds { Ok(()) } else { Err(what.into()) }
}

/// Prints a refusal and gives its error; an operation that succeeded, or failed otherwise, stops the
/// tour.
pub(crate) fn refusal<T: Debug>(
    what: &str,
    outcome: Result<T, dynacrypt::Error>,
    expected: impl Fn(&dynacrypt::Error) -> bool,
) -> Outcome<dynacrypt::Error> {
    match outcome {
        Err(error) if expected(&error) => {
            line(what, &error);
            Ok(error)
        }
        other => Err(format!("{what}: expected a refusal, got {other:?}").into()),
    }
}
