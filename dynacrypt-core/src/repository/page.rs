//! Pages: so many items, and a token for the next ones that a client can hold. It never tells a
//! client where a page ends, nor takes a token that was made for another principal or query.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Output;
use super::read::{Checked, Read, decode_position, encode_position};
use super::stream::{unwrap_ahead, wrapped_keys};
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Attributes, Record};
use crate::store;

/// A position in a query, for a client to hold: URL-safe text.
///
/// # Security
/// It is encrypted, since it may hold the key of an item that the client may not know of, and bound
/// to table, tenant, principal (id, or a service's name), index, range, direction, filter. Given
/// with anything else, or changed, it is `is_invalid_token`. Limit, page size and projection may
/// differ. It does not expire, but for the data key that it is sealed with; it gives no right to
/// anything, because each page is checked as the first was. Its form may change in any release.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PageToken(String);

impl PageToken {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl From<String> for PageToken {
    /// Takes text from a client. Whether it is a token is found out when it is used.
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for PageToken {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageToken").field("bytes", &self.0.len()).finish_non_exhaustive()
    }
}

/// Some items, and where the next ones begin.
#[derive(Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items; one that does not open is an `Err` among them.
    pub items: Vec<Result<T>>,
    /// What to ask for the next page with; `None` where there is none.
    pub next: Option<PageToken>,
}

/// Data keys of items that a sealer which only reads tries for a token.
const BORROWED: usize = 8;

/// A page: up to the limit; without one, up to the end of the first answer that has items.
pub(super) async fn page<R, O>(read: &Read<R>, token: Option<&PageToken>) -> Result<Page<O::Item>>
where
    R: Record,
    O: Output<R>,
{
    let mut checked = read.check::<O>(false)?;
    let sealer = &read.repository.sealer;
    let mut start = match token {
        Some(token) => Some(position_in(read, &checked, token).await?),
        None => None,
    };
    let mut items = Vec::new();
    let mut keys = Vec::new();
    let next = loop {
        let left = read.limit.map(|limit| limit.saturating_sub(items.len()));
        if left == Some(0) {
            // A limit of nothing: where it began.
            break start;
        }
        let answer = read.fetch(&mut checked, start, left).await?;
        if O::OPENS {
            unwrap_ahead(sealer, &answer.items, left).await;
        }
        let mut cut = None;
        let mut rest = answer.items.into_iter();
        for (at, item) in rest.by_ref().take(left.unwrap_or(usize::MAX)).enumerate() {
            if !sealer.seals() && keys.len() < BORROWED {
                let wrapped = wrapped_keys(item.attributes());
                keys.extend(wrapped.filter(|wrapped| !keys.contains(wrapped)));
            }
            if left == Some(at + 1) {
                cut = Some(store::position(&checked.proof, item.attributes()));
            }
            items.push(O::open(sealer, &read.principal, item).await);
        }
        let full = read.limit.is_some_and(|limit| items.len() >= limit);
        if rest.len() > 0 {
            break cut;
        }
        match (answer.next, full) {
            (None, _) => break None,
            (next, true) => break next,
            (next, false) if read.limit.is_none() && !items.is_empty() => break next,
            (next, false) => start = next,
        }
    };
    let next = match next {
        Some(position) => Some(seal(read, &checked, &position, keys).await?),
        None => None,
    };
    Ok(Page { items, next })
}

async fn seal<R: Record>(
    read: &Read<R>,
    checked: &Checked<R>,
    position: &Attributes,
    keys: Vec<Vec<crate::material::WrappedDataKey>>,
) -> Result<PageToken> {
    let position =
        encode_position(&store::key_names(&checked.proof), position).ok_or_else(|| {
            Error::new(ErrorKind::Service).with_reason("a page ends at what is no key")
        })?;
    let binding = read.binding(checked)?;
    let sealer = &read.repository.sealer;
    sealer.seal_token(R::SCHEMA.table(), &binding, &position, keys).await.map(PageToken)
}

async fn position_in<R: Record>(
    read: &Read<R>,
    checked: &Checked<R>,
    token: &PageToken,
) -> Result<Attributes> {
    let binding = read.binding(checked)?;
    let table = R::SCHEMA.table();
    let position = read.repository.sealer.open_token(table, &binding, &token.0).await?;
    decode_position(&store::key_names(&checked.proof), &position)
        .ok_or_else(|| Error::new(ErrorKind::InvalidToken))
}

/// How many items there are, without opening one.
pub(super) async fn count<R, O>(read: &Read<R>) -> Result<usize>
where
    R: Record,
    O: Output<R>,
{
    let mut checked = read.check::<O>(true)?;
    let mut count = 0;
    let mut start = None;
    loop {
        let answer = read.fetch(&mut checked, start, None).await?;
        count += answer.count;
        let limit = read.limit.unwrap_or(usize::MAX);
        match answer.next {
            Some(next) if count < limit => start = Some(next),
            _ => return Ok(count.min(limit)),
        }
    }
}
