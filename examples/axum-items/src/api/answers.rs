//! The refusals that routes have in common, as the document has them. It never says of an answer more
//! than its status and its one schema.

use std::collections::BTreeMap;

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::{Content, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type};
use utoipa::{IntoResponses, ToSchema};

/// A refusal. No text in it is the caller's: each is fixed.
#[derive(ToSchema)]
#[allow(dead_code, reason = "a schema alone: `example_common::problem::Problem` writes it")]
pub(crate) struct Problem {
    /// What is refused.
    error: String,
    /// The members of the body at fault, where it is they.
    #[schema(value_type = Vec<Field>, required = false)]
    fields: Option<Vec<Field>>,
}

/// A member of the body at fault.
#[derive(ToSchema)]
#[allow(dead_code, reason = "a schema alone")]
pub(crate) struct Field {
    /// Its name.
    field: String,
    /// What it must be.
    reason: String,
}

/// What any route may answer to anybody.
pub(crate) struct Bounded;
/// What a route may answer that wants to know who asks.
pub(crate) struct Always;
/// What a route of one item may answer.
pub(crate) struct Absent;
/// What a route that reads a body may answer.
pub(crate) struct Sent;
/// What a route that writes over something may answer.
pub(crate) struct Changed;

type Answers = BTreeMap<String, RefOr<Response>>;

impl IntoResponses for Bounded {
    fn responses() -> Answers {
        answers([
            (400, "The request is not valid, or came over plain HTTP to a trusted proxy", None),
            (429, "Too many requests", Some(("Retry-After", "Seconds to wait"))),
            (
                500,
                "The service failed; or an answer was withheld, because a secret was in it",
                None,
            ),
            (503, "Too busy, or the database cannot be reached", None),
        ])
    }
}

impl IntoResponses for Always {
    fn responses() -> Answers {
        let challenge = Some(("WWW-Authenticate", "The scheme, `Bearer`"));
        let mut all = answers([(401, "There is no token, or it does not count", challenge)]);
        all.append(&mut Bounded::responses());
        all
    }
}

impl IntoResponses for Absent {
    fn responses() -> Answers {
        answers([(404, "The caller has no such item", None)])
    }
}

impl IntoResponses for Sent {
    fn responses() -> Answers {
        answers([
            (413, "The body is over 64 KiB", None),
            (415, "The body is not `application/json`", None),
        ])
    }
}

impl IntoResponses for Changed {
    fn responses() -> Answers {
        answers([(409, "The item changed since it was read", None)])
    }
}

/// Status, description, and a header with its own.
type Refusal = (u16, &'static str, Option<(&'static str, &'static str)>);

fn answers<const N: usize>(list: [Refusal; N]) -> Answers {
    let answer = |(status, description, header): Refusal| {
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        let mut answer =
            ResponseBuilder::new().description(description).content("application/json", content);
        if let Some((name, description)) = header {
            let text = ObjectBuilder::new().schema_type(Type::String);
            let header =
                HeaderBuilder::new().schema(Some(text)).description(Some(description)).build();
            answer = answer.header(name, header);
        }
        (status.to_string(), RefOr::T(answer.build()))
    };
    list.into_iter().map(answer).collect()
}

#[cfg(test)]
mod tests {
    use example_common::problem::{FieldProblem, Problem as Real};
    use serde_json::Value;
    use utoipa::PartialSchema;

    use super::*;

    /// The schema and what is answered are two types: their members are the same.
    #[test]
    fn the_schema_is_of_what_is_answered() {
        let real = Real::invalid(vec![FieldProblem { field: "a", reason: "b" }]).body();
        let real: Value = serde_json::from_str(&real).unwrap();
        for (schema, real) in [(Problem::schema(), &real), (Field::schema(), &real["fields"][0])] {
            let schema = serde_json::to_value(schema).unwrap();
            let names = |value: &Value| -> Vec<String> {
                let mut names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
                names.sort();
                names
            };
            assert_eq!(names(&schema["properties"]), names(real));
        }
    }
}
