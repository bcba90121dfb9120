//! Three string members of a JSON object. It keeps nothing of any other: where the text is clear,
//! it may be a secret.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

/// The values of three members, in the order they were asked for.
pub(super) struct Members(pub(super) [String; 3]);

impl Members {
    /// Reads them; `None` where the text is anything but a JSON object in which each stands once,
    /// as a string.
    pub(super) fn read(text: &str, names: [&str; 3]) -> Option<Self> {
        // Spares a look into clear text that cannot be one.
        if !text.trim_start().starts_with('{') {
            return None;
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let members = Wanted(names).deserialize(&mut reader).ok()?;
        reader.end().ok().map(|()| members)
    }
}

struct Wanted<'n>([&'n str; 3]);

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Members;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Members, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let refused = <A::Error as serde::de::Error>::custom;
        let mut found = [None, None, None];
        while let Some(at) = map.next_key_seed(Position(&self.0))? {
            match at.and_then(|at| found.get_mut(at)) {
                None => drop(map.next_value::<IgnoredAny>()?),
                Some(slot @ None) => *slot = Some(map.next_value::<String>()?),
                Some(Some(_)) => return Err(refused("twice")),
            }
        }
        match found {
            [Some(a), Some(b), Some(c)] => Ok(Members([a, b, c])),
            _ => Err(refused("missing")),
        }
    }
}

/// Which of the names a member has.
struct Position<'n>(&'n [&'n str; 3]);

impl<'de> DeserializeSeed<'de> for Position<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Position<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|wanted| *wanted == name))
    }
}
