//! The calls of a job's checkpoint: one item a segment, in a table of the operator's. It never stores a
//! key or a value of the items that the job is about but inside a sealed position, and never writes a
//! segment that another runner holds.

use aws_sdk_dynamodb::operation::create_table::builders::CreateTableInputBuilder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ReturnValue,
    ScalarAttributeType,
};

use super::{DynamoStore, kind_of, tables};
use crate::access::ServiceProof;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Placeholders;
use crate::record::Attributes;
use crate::transport::translate;

const JOB: &str = "job";
const SEGMENT: &str = "segment";
const SEGMENTS: &str = "segments";
const TABLE: &str = "table";
const RECORD: &str = "record";
const HOLDER: &str = "holder";
const UNTIL: &str = "held_until";
const POSITION: &str = "position";
const COUNTS: &str = "counts";
const DONE: &str = "done";

/// Which job a checkpoint is of, and what it was begun with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobId {
    /// The checkpoint's table.
    pub(crate) stored_in: String,
    pub(crate) job: String,
    pub(crate) segments: u32,
    /// The table that the job is about: its physical name.
    pub(crate) table: String,
    pub(crate) record: &'static str,
}

/// A segment as it stands in the table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SegmentRow {
    pub(crate) segment: u32,
    /// What the job was begun with.
    pub(crate) segments: u32,
    pub(crate) table: String,
    pub(crate) record: String,
    /// The sealed position after the last page that was finished.
    pub(crate) position: Option<String>,
    /// How many, by name.
    pub(crate) counts: Vec<(String, u64)>,
    pub(crate) done: bool,
}

/// What is stored of a segment after a page.
pub(crate) struct Commit<'a> {
    pub(crate) position: Option<&'a str>,
    pub(crate) counts: &'a [(String, u64)],
    pub(crate) done: bool,
}

/// Who holds a segment, and until when, in milliseconds since 1970.
#[derive(Clone, Copy)]
pub(crate) struct Lease<'a> {
    pub(crate) holder: &'a str,
    pub(crate) now: i64,
    pub(crate) until: i64,
}

impl DynamoStore {
    /// Creates a table for checkpoints, billed on demand, and waits until it can be used.
    ///
    /// # Errors
    /// As [`tables::create`].
    pub(crate) async fn create_checkpoint_table(&self, name: &str) -> Result<()> {
        let incomplete =
            |_| Error::new(ErrorKind::InvalidRequest).with_reason("the table lacks a part");
        let mut request = CreateTableInputBuilder::default()
            .table_name(name)
            .billing_mode(BillingMode::PayPerRequest);
        for (name, key, scalar) in [
            (JOB, KeyType::Hash, ScalarAttributeType::S),
            (SEGMENT, KeyType::Range, ScalarAttributeType::N),
        ] {
            let element = KeySchemaElement::builder().attribute_name(name).key_type(key);
            let attribute = AttributeDefinition::builder().attribute_name(name);
            request =
                request.key_schema(element.build().map_err(incomplete)?).attribute_definitions(
                    attribute.attribute_type(scalar).build().map_err(incomplete)?,
                );
        }
        tables::create(&self.client, self.guard, &request).await
    }

    /// The segments of a job, in order, as far as they were begun.
    ///
    /// # Errors
    /// DynamoDB's; `is_invalid_request` where the table holds what is no checkpoint.
    pub(crate) async fn segments(&self, _: &ServiceProof, id: &JobId) -> Result<Vec<SegmentRow>> {
        let mut rows = Vec::new();
        let mut start = None;
        loop {
            let mut placeholders = Placeholders::default();
            let name = placeholders.name(JOB);
            let job = placeholders.value(AttributeValue::S(id.job.clone()));
            let (names, values) = placeholders.finish();
            let request = self
                .client
                .query()
                .table_name(&id.stored_in)
                .consistent_read(true)
                .key_condition_expression(format!("{name} = {job}"))
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .set_exclusive_start_key(start);
            let answer = self
                .guarded(request.customize())
                .send()
                .await
                .map_err(|error| translate("dynamodb:Query", &error, kind_of))?;
            for item in answer.items.unwrap_or_default() {
                rows.push(row(&item)?);
            }
            start = answer.last_evaluated_key.filter(|next| !next.is_empty());
            if start.is_none() {
                return Ok(rows);
            }
        }
    }

    /// Takes a segment that nobody holds any more, and gives it as it stands then; `None` where
    /// somebody holds it, or it is done.
    ///
    /// # Errors
    /// DynamoDB's.
    pub(crate) async fn claim(
        &self,
        proof: &ServiceProof,
        id: &JobId,
        segment: u32,
        lease: Lease<'_>,
    ) -> Result<Option<SegmentRow>> {
        let mut change = Change::new(lease.holder);
        change.set(UNTIL, number(lease.until));
        change.set(HOLDER, text(lease.holder));
        let begun_with = [
            change.set(SEGMENTS, number(id.segments)),
            change.set(TABLE, text(&id.table)),
            change.set(RECORD, text(id.record)),
        ];
        let (holder, until) = (change.name(HOLDER), change.name(UNTIL));
        let now = change.value(number(lease.now));
        let done = change.name(DONE);
        let me = &change.me;
        // A lost answer is asked for again, and meets the claim that it made.
        let condition = format!(
            "attribute_not_exists({holder}) OR attribute_not_exists({done}) AND ({holder} = {me} \
             OR {until} < {now}) AND {}",
            begun_with.join(" AND ")
        );
        match self.change(proof, id, segment, change, condition, ReturnValue::AllNew).await? {
            Some(item) => row(&item).map(Some),
            None => Ok(None),
        }
    }

    /// Stores what a page came to, and keeps the lease; gives whether the segment was still held.
    ///
    /// # Errors
    /// DynamoDB's.
    pub(crate) async fn commit(
        &self,
        proof: &ServiceProof,
        id: &JobId,
        segment: u32,
        lease: Lease<'_>,
        commit: Commit<'_>,
    ) -> Result<bool> {
        let mut change = Change::new(lease.holder);
        change.set(UNTIL, number(lease.until));
        let counts = commit.counts.iter().map(|(name, count)| (name.clone(), number(*count)));
        change.set(COUNTS, AttributeValue::M(counts.collect()));
        match commit.position {
            Some(position) => drop(change.set(POSITION, text(position))),
            None => change.remove(POSITION),
        }
        if commit.done {
            change.set(DONE, AttributeValue::Bool(true));
        }
        self.change_held(proof, id, segment, change).await
    }

    /// Holds a segment until then; gives whether it was still held. A time that is over gives it up.
    ///
    /// # Errors
    /// DynamoDB's.
    pub(crate) async fn hold(
        &self,
        proof: &ServiceProof,
        id: &JobId,
        segment: u32,
        lease: Lease<'_>,
    ) -> Result<bool> {
        let mut change = Change::new(lease.holder);
        change.set(UNTIL, number(lease.until));
        self.change_held(proof, id, segment, change).await
    }

    async fn change_held(
        &self,
        proof: &ServiceProof,
        id: &JobId,
        segment: u32,
        mut change: Change,
    ) -> Result<bool> {
        let holder = change.name(HOLDER);
        let condition = format!("{holder} = {}", change.me);
        let changed = self.change(proof, id, segment, change, condition, ReturnValue::None).await?;
        Ok(changed.is_some())
    }

    /// Changes a segment; `None` where the condition does not hold.
    async fn change(
        &self,
        _: &ServiceProof,
        id: &JobId,
        segment: u32,
        change: Change,
        condition: String,
        returns: ReturnValue,
    ) -> Result<Option<Attributes>> {
        let (update, placeholders) = change.finish();
        let (names, values) = placeholders.finish();
        let request = self
            .client
            .update_item()
            .table_name(&id.stored_in)
            .key(JOB, text(&id.job))
            .key(SEGMENT, number(segment))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values(returns);
        match self.guarded(request.customize()).send().await {
            Ok(answer) => Ok(Some(answer.attributes.unwrap_or_default())),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
                _ => Err(translate("dynamodb:UpdateItem", &error, kind_of)),
            },
        }
    }
}

/// An update of a segment while it is put together.
struct Change {
    placeholders: Placeholders,
    /// The placeholder of whose segment it is.
    me: String,
    set: Vec<String>,
    remove: Vec<String>,
}

impl Change {
    fn new(holder: &str) -> Self {
        let mut placeholders = Placeholders::default();
        let me = placeholders.value(text(holder));
        Self { placeholders, me, set: Vec::new(), remove: Vec::new() }
    }

    fn name(&mut self, name: &str) -> String {
        self.placeholders.name(name)
    }

    fn value(&mut self, value: AttributeValue) -> String {
        self.placeholders.value(value)
    }

    /// Sets an attribute; gives the text that also says, in a condition, that it has the value.
    fn set(&mut self, name: &str, value: AttributeValue) -> String {
        let (name, value) = (self.name(name), self.value(value));
        let text = format!("{name} = {value}");
        self.set.push(text.clone());
        text
    }

    fn remove(&mut self, name: &str) {
        let name = self.name(name);
        self.remove.push(name);
    }

    fn finish(self) -> (String, Placeholders) {
        let mut update = format!("SET {}", self.set.join(", "));
        if !self.remove.is_empty() {
            update = format!("{update} REMOVE {}", self.remove.join(", "));
        }
        (update, self.placeholders)
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}

fn row(item: &Attributes) -> Result<SegmentRow> {
    parse(item).ok_or_else(|| {
        Error::new(ErrorKind::InvalidRequest)
            .with_reason("the checkpoint's table holds something else than a checkpoint")
    })
}

fn parse(item: &Attributes) -> Option<SegmentRow> {
    let text = |name: &str| match item.get(name) {
        Some(AttributeValue::S(text)) => Some(text.clone()),
        _ => None,
    };
    let number = |name: &str| match item.get(name) {
        Some(AttributeValue::N(number)) => number.parse().ok(),
        _ => None,
    };
    let counts = match item.get(COUNTS) {
        None => Vec::new(),
        Some(AttributeValue::M(counts)) => counts
            .iter()
            .map(|(name, count)| Some((name.clone(), count.as_n().ok()?.parse().ok()?)))
            .collect::<Option<_>>()?,
        Some(_) => return None,
    };
    Some(SegmentRow {
        segment: number(SEGMENT)?,
        segments: number(SEGMENTS)?,
        table: text(TABLE)?,
        record: text(RECORD)?,
        position: text(POSITION),
        counts,
        done: matches!(item.get(DONE), Some(AttributeValue::Bool(true))),
    })
}
