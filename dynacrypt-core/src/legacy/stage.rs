//! The three deployments of a move from an old form. It never moves an item.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};

/// Which deployment of a move from an old form a program is: the setting that is raised from one
/// release to the next, and never before the one before it runs everywhere.
///
/// | | reads | writes | when it is over |
/// |---|---|---|---|
/// | 1, [`ReadBoth`](Self::ReadBoth) | sealed and old | nothing: the old program still writes | every instance runs it |
/// | 2, [`WriteSealed`](Self::WriteSealed) | sealed and old | sealed; the old program has stopped, and the job moves the rest | the job's summary says that nothing is left |
/// | 3, [`RefuseOld`](Self::RefuseOld) | sealed | sealed | never |
///
/// # Examples
/// ```
/// use dynacrypt_core::legacy::Stage;
///
/// let stage: Stage = "2".parse()?; // from the environment, say
/// assert_eq!(stage, Stage::WriteSealed);
/// # Ok::<(), dynacrypt_core::error::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Deployment 1: reads both forms, and writes nothing.
    ReadBoth = 1,
    /// Deployment 2: reads both forms, and writes sealed.
    WriteSealed = 2,
    /// Deployment 3: an item in its old form is refused, as anywhere else.
    RefuseOld = 3,
}

impl Stage {
    /// Its number, from 1 to 3.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Whether items in their old form are read.
    #[must_use]
    pub const fn reads_old(self) -> bool {
        !matches!(self, Self::RefuseOld)
    }

    /// Whether anything is written: in the first deployment, the old program still does.
    #[must_use]
    pub const fn writes(self) -> bool {
        !matches!(self, Self::ReadBoth)
    }
}

impl FromStr for Stage {
    type Err = Error;

    /// Reads a stage from its number.
    ///
    /// # Errors
    /// `is_invalid_request` for anything but `1`, `2` or `3`.
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "1" => Ok(Self::ReadBoth),
            "2" => Ok(Self::WriteSealed),
            "3" => Ok(Self::RefuseOld),
            _ => Err(Error::new(ErrorKind::InvalidRequest)
                .with_reason("a stage is 1 (read both), 2 (write sealed) or 3 (refuse the old)")),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_there_and_back() {
        for stage in [Stage::ReadBoth, Stage::WriteSealed, Stage::RefuseOld] {
            assert_eq!(stage.to_string().parse::<Stage>().unwrap(), stage);
            let number = stage.number();
            assert_eq!((stage.reads_old(), stage.writes()), (number < 3, number > 1));
        }
        for text in ["", "0", "4", "01", " 1", "read-both"] {
            assert!(text.parse::<Stage>().unwrap_err().is_invalid_request(), "{text:?}");
        }
    }
}
