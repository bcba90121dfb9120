//! The three deployments in which a table is moved from an old format. It never reads one.

use clap::ValueEnum;

/// Which deployment of the migration this is. Run each everywhere before the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, ValueEnum)]
pub enum Stage {
    /// Read both forms. What is written is sealed, so others must read both before this writes.
    #[value(name = "1")]
    ReadBoth,
    /// Read both forms, write sealed: now the table is moved.
    #[value(name = "2")]
    WriteSealed,
    /// Refuse the old form.
    #[default]
    #[value(name = "3")]
    RefuseOld,
}

impl Stage {
    /// Whether the old form is still read.
    #[must_use]
    pub fn reads_old(self) -> bool {
        self < Self::RefuseOld
    }
}

impl From<Stage> for dynacrypt::legacy::Stage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::ReadBoth => Self::ReadBoth,
            Stage::WriteSealed => Self::WriteSealed,
            Stage::RefuseOld => Self::RefuseOld,
        }
    }
}
