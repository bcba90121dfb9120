//! Splits a batch request into what is served and what is left over, and puts the leftovers into
//! the answer. It never looks into an entry.

use serde_json::{Map, Value, json};

/// A batch in two parts.
pub(super) struct Split {
    served: String,
    left: Map<String, Value>,
    /// Where DynamoDB lists leftovers.
    member: &'static str,
}

/// Keeps the first entries of a `BatchWriteItem` or `BatchGetItem` body; `None` where it is
/// neither.
pub(super) fn split(body: &[u8], processed: usize) -> Option<Split> {
    let mut body: Value = serde_json::from_slice(body).ok()?;
    let tables = body.get_mut("RequestItems")?.as_object_mut()?;
    let mut left = Map::new();
    let mut room = processed;
    let mut member = "UnprocessedItems";
    for (table, request) in tables.iter_mut() {
        // A get has its entries under `Keys`, beside the projection, which goes with both parts.
        let mut rest = request.clone();
        let (kept, over) = if request.is_object() {
            member = "UnprocessedKeys";
            (request.get_mut("Keys")?.as_array_mut()?, rest.get_mut("Keys")?.as_array_mut()?)
        } else {
            (request.as_array_mut()?, rest.as_array_mut()?)
        };
        kept.truncate(room);
        over.drain(..kept.len());
        room -= kept.len();
        if !over.is_empty() {
            left.insert(table.clone(), rest);
        }
    }
    tables.retain(|_, request| match request {
        Value::Object(get) => {
            get.get("Keys").and_then(Value::as_array).is_some_and(|keys| !keys.is_empty())
        }
        other => other.as_array().is_some_and(|writes| !writes.is_empty()),
    });
    Some(Split { served: body.to_string(), left, member })
}

impl Split {
    /// The body to send on.
    pub(super) fn served(&self) -> &str {
        &self.served
    }

    /// The answer where nothing was sent on.
    pub(super) fn answer_without_service(self) -> String {
        match self.member {
            "UnprocessedKeys" => {
                json!({ "Responses": {}, "UnprocessedKeys": self.left }).to_string()
            }
            _ => json!({ "UnprocessedItems": self.left }).to_string(),
        }
    }

    /// The server's answer, with the leftovers after its own.
    pub(super) fn merge_into(self, answer: &[u8]) -> Option<String> {
        let mut answer: Value = serde_json::from_slice(answer).ok()?;
        let all = answer.as_object_mut()?.entry(self.member).or_insert_with(|| json!({}));
        if all.is_null() {
            *all = json!({});
        }
        let all = all.as_object_mut()?;
        for (table, mut rest) in self.left {
            match all.get_mut(&table) {
                Some(known) => entries(known)?.append(entries(&mut rest)?),
                None => drop(all.insert(table, rest)),
            }
        }
        Some(answer.to_string())
    }
}

fn entries(request: &mut Value) -> Option<&mut Vec<Value>> {
    match request {
        Value::Object(get) => get.get_mut("Keys")?.as_array_mut(),
        other => other.as_array_mut(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn writes_are_split_across_tables() {
        let body = br#"{"RequestItems":{"a":[1,2],"b":[3,4,5]},"ReturnConsumedCapacity":"TOTAL"}"#;
        for (processed, served, left) in [
            (0, json!({}), json!({"a":[1,2],"b":[3,4,5]})),
            (1, json!({"a":[1]}), json!({"a":[2],"b":[3,4,5]})),
            (3, json!({"a":[1,2],"b":[3]}), json!({"b":[4,5]})),
            (9, json!({"a":[1,2],"b":[3,4,5]}), json!({})),
        ] {
            let split = split(body, processed).unwrap();
            assert_eq!(
                parse(split.served()),
                json!({"RequestItems": served, "ReturnConsumedCapacity": "TOTAL"})
            );
            assert_eq!(parse(&split.answer_without_service()), json!({"UnprocessedItems": left}));
        }
    }

    #[test]
    fn gets_keep_their_projection_in_both_parts() {
        let body = br#"{"RequestItems":{"a":{"Keys":[1,2],"ConsistentRead":true}}}"#;
        let split = split(body, 1).unwrap();
        assert_eq!(
            parse(split.served()),
            json!({"RequestItems":{"a":{"Keys":[1],"ConsistentRead":true}}})
        );
        let answer = json!({
            "Responses": {"a": [7]},
            "UnprocessedKeys": {"a": {"Keys": [9], "ConsistentRead": true}},
        });
        let merged = split.merge_into(answer.to_string().as_bytes());
        assert_eq!(
            parse(&merged.unwrap()),
            json!({
                "Responses": {"a": [7]},
                "UnprocessedKeys": {"a": {"Keys": [9, 2], "ConsistentRead": true}},
            })
        );
    }

    #[test]
    fn what_is_no_batch_is_refused() {
        for body in [
            "",
            "7",
            "{}",
            r#"{"RequestItems":7}"#,
            r#"{"RequestItems":{"a":7}}"#,
            r#"{"RequestItems":{"a":{}}}"#,
        ] {
            assert!(split(body.as_bytes(), 1).is_none(), "{body}");
        }
    }
}
