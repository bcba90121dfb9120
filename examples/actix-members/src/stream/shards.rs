//! Where the consumer is in each shard of the stream. It never asks the stream, and never lets a
//! shard be read before its parent has ended: changes of one member stay in order.

use std::collections::BTreeMap;

/// A shard, as the stream lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shard {
    pub(super) id: String,
    pub(super) parent: Option<String>,
}

/// The shards of a stream.
#[derive(Debug, Default)]
pub(super) struct Shards(BTreeMap<String, Progress>);

#[derive(Debug, Default)]
struct Progress {
    parent: Option<String>,
    /// The checkpoint: the number of the last record that is done with.
    after: Option<String>,
    /// Where the next look begins; `None` where one must be asked for.
    iterator: Option<String>,
    ended: bool,
}

impl Shards {
    /// Takes the stream's list: new ones are followed, those that it no longer has are forgotten.
    pub(super) fn discover(&mut self, listed: Vec<Shard>) {
        let mut known = std::mem::take(&mut self.0);
        for Shard { id, parent } in listed {
            let progress = known.remove(&id).unwrap_or_default();
            self.0.insert(id, Progress { parent, ..progress });
        }
    }

    /// Those that may be read now: their parent has ended, or is gone.
    pub(super) fn readable(&self) -> Vec<String> {
        let waits = |progress: &Progress| {
            let parent = progress.parent.as_ref().and_then(|parent| self.0.get(parent));
            parent.is_some_and(|parent| !parent.ended)
        };
        let readable = self.0.iter().filter(|(_, shard)| !shard.ended && !waits(shard));
        readable.map(|(id, _)| id.clone()).collect()
    }

    /// Takes the iterator of a shard, where there is one.
    pub(super) fn iterator(&mut self, id: &str) -> Option<String> {
        self.0.get_mut(id)?.iterator.take()
    }

    /// After which record the shard goes on; `None`: with its oldest.
    pub(super) fn place(&self, id: &str) -> Option<&str> {
        self.0.get(id)?.after.as_deref()
    }

    /// Notes that all up to this record is done with.
    pub(super) fn checkpoint(&mut self, id: &str, number: String) {
        if let Some(shard) = self.0.get_mut(id) {
            shard.after = Some(number);
        }
    }

    /// Goes on from this iterator. Whether the shard has ended: then there is none.
    pub(super) fn advance(&mut self, id: &str, iterator: Option<String>) -> bool {
        let Some(shard) = self.0.get_mut(id) else { return false };
        shard.ended = iterator.is_none();
        shard.iterator = iterator;
        shard.ended
    }

    /// Goes on from the checkpoint.
    pub(super) fn restart(&mut self, id: &str) {
        if let Some(shard) = self.0.get_mut(id) {
            shard.iterator = None;
        }
    }

    /// Goes on from the oldest record that there is.
    pub(super) fn forget_place(&mut self, id: &str) {
        if let Some(shard) = self.0.get_mut(id) {
            (shard.iterator, shard.after) = (None, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(id: &str, parent: Option<&str>) -> Shard {
        Shard { id: id.to_owned(), parent: parent.map(ToOwned::to_owned) }
    }

    #[test]
    fn children_wait_for_their_parent() {
        let mut shards = Shards::default();
        let parent = shard("b", Some("trimmed long ago"));
        let children = [shard("a", Some("b")), shard("c", Some("b"))];
        shards.discover([&children[..], &[parent]].concat());
        assert_eq!(shards.readable(), ["b"]);
        shards.checkpoint("b", "7".to_owned());
        assert!(!shards.advance("b", Some("next".to_owned())));
        assert_eq!(shards.readable(), ["b"]);
        assert!(shards.advance("b", None), "it has ended");
        assert_eq!(shards.readable(), ["a", "c"]);

        shards.checkpoint("a", "9".to_owned());
        shards.discover(children.to_vec());
        assert_eq!(
            (shards.readable(), shards.place("a")),
            (vec!["a".into(), "c".into()], Some("9"))
        );
        assert_eq!(shards.0.len(), 2, "the parent is forgotten");
    }

    #[test]
    fn an_iterator_is_used_once_and_the_checkpoint_stays() {
        let mut shards = Shards::default();
        shards.discover(vec![shard("a", None)]);
        assert_eq!((shards.iterator("a"), shards.place("a")), (None, None));
        shards.checkpoint("a", "7".to_owned());
        shards.advance("a", Some("next".to_owned()));
        assert_eq!(shards.iterator("a").as_deref(), Some("next"));
        assert_eq!((shards.iterator("a"), shards.place("a")), (None, Some("7")));
        shards.advance("a", Some("next".to_owned()));
        shards.restart("a");
        assert_eq!((shards.iterator("a"), shards.place("a")), (None, Some("7")));
        shards.forget_place("a");
        assert_eq!(shards.place("a"), None);
    }
}
