//! The inside of sequences, maps and variants, one element after the other. It never reorders more
//! than one map at a time.

use serde::ser::{self, Serialize};

use super::sink::{Entry, Sink};
use super::writer::{NoForm, Writer};

/// A sequence or map being written.
pub(super) struct Compound<'a, S> {
    pub(super) writer: &'a mut Writer<S>,
    pub(super) told: Option<u64>,
    pub(super) slot: Option<usize>,
    pub(super) seen: u64,
    pub(super) entries: Vec<Entry>,
    pub(super) levels: usize,
}

impl<S: Sink> Compound<'_, S> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoForm> {
        self.seen += 1;
        value.serialize(&mut *self.writer)
    }

    fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NoForm> {
        let start = self.writer.out.position();
        self.element(key)?;
        if !S::COUNTS {
            let key_end = self.writer.out.position();
            self.entries.push(Entry { start, key_end, end: key_end });
        }
        Ok(())
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoForm> {
        value.serialize(&mut *self.writer)?;
        if let Some(entry) = self.entries.last_mut() {
            entry.end = self.writer.out.position();
        }
        Ok(())
    }

    fn finish(self) -> Result<(), NoForm> {
        self.writer.depth -= self.levels;
        if let Some(slot) = self.slot {
            *self.writer.counts.get_mut(slot).ok_or(NoForm::UNSAID)? = self.seen;
            // The head of a sequence or map is as long as that of the number.
            self.writer.out.skip(minicbor::len(self.seen));
        } else if self.told.is_some_and(|told| told != self.seen) {
            return Err(NoForm::UNSAID);
        }
        self.writer.out.sort(&self.entries).ok_or(NoForm::UNSAID)
    }
}

impl<S: Sink> ser::SerializeSeq for Compound<'_, S> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoForm> {
        self.element(value)
    }

    fn end(self) -> Result<(), NoForm> {
        self.finish()
    }
}

impl<S: Sink> ser::SerializeTuple for Compound<'_, S> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoForm> {
        self.element(value)
    }

    fn end(self) -> Result<(), NoForm> {
        self.finish()
    }
}

impl<S: Sink> ser::SerializeTupleStruct for Compound<'_, S> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoForm> {
        self.element(value)
    }

    fn end(self) -> Result<(), NoForm> {
        self.finish()
    }
}

impl<S: Sink> ser::SerializeTupleVariant for Compound<'_, S> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoForm> {
        self.element(value)
    }

    fn end(self) -> Result<(), NoForm> {
        self.finish()
    }
}

impl<S: Sink> ser::SerializeMap for Compound<'_, S> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NoForm> {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoForm> {
        self.value(value)
    }

    fn end(self) -> Result<(), NoForm> {
        self.finish()
    }
}

impl<S: Sink> ser::SerializeStruct for Compound<'_, S> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), NoForm> {
        self.key(key)?;
        self.value(value)
    }

    fn end(self) -> Result<(), NoForm> {
        self.finish()
    }
}

impl<S: Sink> ser::SerializeStructVariant for Compound<'_, S> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), NoForm> {
        self.key(key)?;
        self.value(value)
    }

    fn end(self) -> Result<(), NoForm> {
        self.finish()
    }
}
