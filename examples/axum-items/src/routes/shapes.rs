//! What requests send and answers show: the types are the schemas. None that is answered has a
//! secret.

use dynacrypt::Secret;
use example_common::axum::Members;
use example_common::input::{Change, Checks};
use example_common::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::{self, Face, Item};

/// A whole item, as it is sent. Whose it is stands in the token, its id is the service's to draw.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewItem {
    /// Stored and shown in the clear.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    title: Option<String>,
    /// Stored as ciphertext. No answer has it but that of the route which reveals it.
    #[schema(value_type = String, format = Password, write_only, min_length = 1, max_length = 4096)]
    secret: Option<Secret<String>>,
}

/// A whole item in place of the one that is there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WholeItem {
    /// Stored and shown in the clear.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    title: Option<String>,
    /// Stored as ciphertext.
    #[schema(value_type = String, format = Password, write_only, min_length = 1, max_length = 4096)]
    secret: Option<Secret<String>>,
    /// The version that is replaced, where `If-Match` does not say it.
    #[schema(value_type = u64, required = false)]
    pub(crate) version: Option<u64>,
}

/// Some members of an item: those that are absent stay as they are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartOfItem {
    /// Stored and shown in the clear.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100)]
    pub(crate) title: Change<String>,
    /// Stored as ciphertext.
    #[serde(default)]
    #[schema(value_type = String, required = false, format = Password, write_only, min_length = 1, max_length = 4096)]
    pub(crate) secret: Change<Secret<String>>,
    /// The version that is changed, where `If-Match` does not say it.
    #[schema(value_type = u64, required = false)]
    pub(crate) version: Option<u64>,
}

impl Members for NewItem {
    const MEMBERS: &'static [&'static str] = &["title", "secret"];
}

impl Members for WholeItem {
    const MEMBERS: &'static [&'static str] = &["title", "secret", "version"];
}

impl Members for PartOfItem {
    const MEMBERS: &'static [&'static str] = WholeItem::MEMBERS;
}

impl NewItem {
    pub(crate) fn into_item(self, item_id: String, owner_id: &str) -> Result<Item, Problem> {
        let Self { title, secret } = self;
        WholeItem { title, secret, version: None }.into_item(item_id, owner_id, 0)
    }
}

impl WholeItem {
    pub(crate) fn into_item(
        self,
        item_id: String,
        owner_id: &str,
        version: u64,
    ) -> Result<Item, Problem> {
        let mut checks = Checks::new();
        checks.required(self.title.as_ref(), "title").required(self.secret.as_ref(), "secret");
        record::check(self.title.as_ref(), self.secret.as_ref(), &mut checks)?;
        match (self.title, self.secret) {
            (Some(title), Some(secret)) => {
                Ok(Item { item_id, owner_id: owner_id.to_owned(), title, secret, version })
            }
            _ => Err(Problem::internal()),
        }
    }
}

impl PartOfItem {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let mut checks = Checks::new();
        let stays = "cannot be removed";
        checks.that(!matches!(self.title, Change::Remove), "title", stays);
        checks.that(!matches!(self.secret, Change::Remove), "secret", stays);
        record::check(self.title.value(), self.secret.value(), &mut checks)
    }
}

/// An item, as it is shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShownItem {
    /// Its id, drawn by the service.
    item_id: String,
    /// Its title; empty where it is from before titles.
    title: String,
    /// Whether it has a secret.
    secret_set: bool,
    /// How often it was written; also its entity tag.
    pub(crate) version: u64,
}

impl From<Face> for ShownItem {
    fn from(Face { item_id, title, version }: Face) -> Self {
        Self { item_id, title, secret_set: true, version }
    }
}

/// Some of the caller's items.
#[derive(Serialize, ToSchema)]
pub(crate) struct ItemPage {
    /// In the order in which they were created.
    pub(crate) items: Vec<ShownItem>,
    /// What to send as `page` for the next ones; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub(crate) next: Option<String>,
}
