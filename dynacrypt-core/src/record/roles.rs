//! Fields that the mapper itself reads or writes: version, lifetime, times of writing. It never asks
//! a clock: what the time is comes with the [`Stamp`].

use std::any::type_name;

use aws_sdk_dynamodb::types::AttributeValue;

use super::parts::{ItemReader, ItemWriter, Stamp};
use crate::codec::Timestamp;
use crate::codec::{AsEpochMillis, AsEpochSeconds, AttributeCodec, AttributeError};
use crate::error::Result;

/// A type that may stand in a `#[dynacrypt(version)]` field: `u32`, `u64`, `i32` or `i64`.
///
/// It counts how often the item was written. A record that is not in the table yet has version 0.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a version",
    label = "a version is a count",
    note = "use `u64`, `u32`, `i64` or `i32`, with 0 for a record that is not in the table yet"
)]
pub trait VersionField: Sized {
    /// Writes the field: the next version, where the repository writes.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()>;
    /// Reads the field.
    #[doc(hidden)]
    fn read(from: &mut ItemReader, field: usize) -> Result<Self>;
    /// Becomes what was written.
    #[doc(hidden)]
    fn stamp(&mut self);
}

macro_rules! versions {
    ($($ty:ty)*) => {$(
        // The trait's own notes list these types.
        #[diagnostic::do_not_recommend]
        impl VersionField for $ty {
            fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
                let stamped = out.stamp().is_some();
                out.clear::<Self>(field, || {
                    let version = if stamped { self.checked_add(1) } else { Some(*self) };
                    let version = version.ok_or(const {
                        AttributeError::new("the version is the greatest of its type")
                    })?;
                    Ok(Some(AttributeValue::N(version.to_string())))
                })
            }

            fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
                from.scalar(field)
            }

            fn stamp(&mut self) {
                // At the greatest version nothing was written.
                *self = self.saturating_add(1);
            }
        }
    )*};
}
versions!(u32 u64 i32 i64);

/// A type that may stand in a `#[dynacrypt(ttl)]` field: a point in time, or an `Option` of one.
///
/// DynamoDB wants it in seconds since 1970, so what is finer is lost. It deletes the item some time
/// after, mostly within two days.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a time to live",
    label = "expected a point in time, or an `Option` of one",
    note = "use `Option<SystemTime>`, seconds since 1970 as `u64` or `i64`, or a type of `time`, `chrono` or `jiff` behind the feature of that name",
    note = "for a type of your own implement `dynacrypt::codec::Timestamp`"
)]
pub trait TtlField: Sized {
    /// Writes the field.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()>;
    /// Reads the field.
    #[doc(hidden)]
    fn read(from: &mut ItemReader, field: usize) -> Result<Self>;
}

macro_rules! ttl_field {
    ($($ty:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Timestamp + Clone + PartialEq> TtlField for $ty {
            fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
                out.clear::<Self>(field, || AsEpochSeconds::to_attribute(self))
            }

            fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
                from.clear(field, AsEpochSeconds::from_attribute)
            }
        }
    )*};
}
ttl_field!(T Option<T>);

/// A type that may stand in a `#[dynacrypt(created)]` or `#[dynacrypt(updated)]` field: an `Option`
/// of a point in time.
///
/// It is stored in milliseconds since 1970, and `None` until the repository has written the item.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a time of writing",
    label = "expected an `Option` of a point in time",
    note = "use `Option<SystemTime>`, which is `None` until the record was written, or an `Option` of a type of `time`, `chrono` or `jiff` behind the feature of that name",
    note = "for a type of your own implement `dynacrypt::codec::Timestamp`"
)]
pub trait TimeField: Sized {
    /// Writes the field as it is.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()>;
    /// Writes when the item was first written: now, where the repository writes one that was not.
    #[doc(hidden)]
    fn write_created(&self, out: &mut ItemWriter, field: usize) -> Result<()>;
    /// Writes when the item was last written: now, where the repository writes.
    #[doc(hidden)]
    fn write_updated(&self, out: &mut ItemWriter, field: usize) -> Result<()>;
    /// Reads the field.
    #[doc(hidden)]
    fn read(from: &mut ItemReader, field: usize) -> Result<Self>;
    /// Becomes what was written.
    #[doc(hidden)]
    fn stamp_created(&mut self, stamp: &Stamp);
    /// Becomes what was written.
    #[doc(hidden)]
    fn stamp_updated(&mut self, stamp: &Stamp);
}

#[diagnostic::do_not_recommend]
impl<T: Timestamp + Clone + PartialEq> TimeField for Option<T> {
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        out.clear::<Self>(field, || AsEpochMillis::to_attribute(self))
    }

    fn write_created(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        if self.is_some() {
            TimeField::write(self, out, field)
        } else {
            self.write_updated(out, field)
        }
    }

    fn write_updated(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        match out.stamp() {
            Some(stamp) => out.clear::<Self>(field, || now::<T>(stamp)),
            None => TimeField::write(self, out, field),
        }
    }

    fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
        from.clear(field, AsEpochMillis::from_attribute)
    }

    fn stamp_created(&mut self, stamp: &Stamp) {
        if self.is_none() {
            self.stamp_updated(stamp);
        }
    }

    fn stamp_updated(&mut self, stamp: &Stamp) {
        *self = T::from_unix_millis(stamp.now);
    }
}

/// The time of a write. It is not written where its type could not read it back.
fn now<T: Timestamp>(stamp: Stamp) -> Result<Option<AttributeValue>, AttributeError> {
    let attribute = AttributeValue::N(stamp.now.to_string());
    match T::from_unix_millis(stamp.now) {
        Some(_) => Ok(Some(attribute)),
        None => Err(AttributeError::out_of_range(type_name::<T>(), &attribute)),
    }
}

#[cfg(test)]
mod tests;
