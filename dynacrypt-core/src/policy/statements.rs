//! The statements of each role: which actions, on what, under which conditions. It never looks at an
//! existing policy.

use super::arn::{Arn, KeyArn, TableArn};
use super::document::{Effect, Policy, Statement, literal};
use super::owner::{LeadingKeys, PolicyVariable, Scope};
use super::{Checked, PolicySet, Role, Tenants};
use crate::schema::SchemaDescription;

const READ: [&str; 3] = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"];
const WRITE: [&str; 5] = [
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
];
/// It updates in place, and never creates an item.
const MIGRATE: [&str; 4] =
    ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:UpdateItem"];
const CHECKPOINT: [&str; 2] = ["dynamodb:Query", "dynamodb:UpdateItem"];
const STREAM: [&str; 3] =
    ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];

pub(super) fn policy(set: &PolicySet, role: Role, checked: &Checked) -> Policy {
    let mut statements = Vec::new();
    let mut notes = Vec::new();
    let tables = || checked.tables.iter().map(|table| table.as_str().to_owned());
    match role {
        Role::Reader | Role::Writer | Role::ReadWrite => {
            if role.opens() {
                read(set, checked, &mut statements, &mut notes);
            }
            if role.seals() {
                let write = Statement::new("WriteItems", Effect::Allow).actions(&WRITE);
                statements.push(owned(
                    write.resources(tables()),
                    table_keys(set, &checked.scope).as_ref(),
                ));
            }
        }
        Role::Migrator => {
            let migrate = Statement::new("MigrateItems", Effect::Allow).actions(&MIGRATE);
            statements.push(migrate.resources(tables()));
            if let Some(table) = &checked.checkpoint {
                let keep = Statement::new("KeepCheckpoints", Effect::Allow).actions(&CHECKPOINT);
                statements.push(keep.resources([table.as_str().to_owned()]));
            }
        }
        Role::StreamConsumer => {
            let streams = checked.tables.iter().map(TableArn::streams);
            let consume = Statement::new("ReadStream", Effect::Allow).actions(&STREAM);
            statements.push(consume.resources(streams));
            // IAM knows no narrower resource for the list of streams.
            let list = Statement::new("ListStreams", Effect::Allow);
            let list = list.actions(&["dynamodb:ListStreams"]);
            statements.push(list.resources(["*".to_owned()]));
        }
    }
    if role.seals() {
        let keys = &checked.seal_keys;
        statements.push(data_keys(set, "GenerateDataKeys", "kms:GenerateDataKey", keys));
    }
    if role.opens() {
        statements.push(data_keys(set, "UnwrapDataKeys", "kms:Decrypt", &checked.open_keys));
    }
    if set.require_tls {
        statements.push(
            Statement::new("DenyPlainHttp", Effect::Deny)
                .actions(&["dynamodb:*", "kms:*"])
                .resources(["*".to_owned()])
                .when("Bool", "aws:SecureTransport", ["false"]),
        );
    }
    Policy::new(statements, notes)
}

fn read(
    set: &PolicySet,
    checked: &Checked,
    statements: &mut Vec<Statement>,
    notes: &mut Vec<String>,
) {
    let tables = checked.tables.iter().map(|table| table.as_str().to_owned());
    let keys = table_keys(set, &checked.scope);
    let mut items = Statement::new("ReadItems", Effect::Allow).actions(&READ).resources(tables);
    let mut query = vec!["dynamodb:Query"];
    if set.scan {
        items = items.actions(&["dynamodb:Scan"]);
        query.push("dynamodb:Scan");
    }
    statements.push(projected(set, owned(items, keys.as_ref())));

    // Indexes by the partition keys that they may be asked for.
    let mut groups: Vec<(Option<LeadingKeys>, Vec<String>)> = Vec::new();
    for (name, local) in indexes(set) {
        let held = match &checked.scope {
            Scope::All => Some(None),
            Scope::Owner(_) if local => Some(keys.clone()),
            Scope::Owner(owner) => index_keys(set, name, owner).map(Some),
        };
        let Some(keys) = held else {
            notes.push(format!("index `{name}` is left out: its partition key is not the owner"));
            continue;
        };
        let arns = checked.tables.iter().map(|table| table.index(name));
        match groups.iter_mut().find(|(known, _)| *known == keys) {
            Some((_, known)) => known.extend(arns),
            None => groups.push((keys, arns.collect())),
        }
    }
    for (number, (keys, arns)) in groups.into_iter().enumerate() {
        let sid = match number {
            0 => "QueryIndexes".to_owned(),
            _ => format!("QueryIndexes{}", number + 1),
        };
        let query = Statement::new(&sid, Effect::Allow).actions(&query).resources(arns);
        statements.push(projected(set, owned(query, keys.as_ref())));
    }
}

/// Every index of the table, once, and whether it is local.
fn indexes(set: &PolicySet) -> Vec<(&str, bool)> {
    let mut all: Vec<(&str, bool)> = Vec::new();
    for (name, local, _) in set.schemas.iter().flat_map(SchemaDescription::indexes) {
        if !all.iter().any(|(known, _)| *known == name) {
            all.push((name, local));
        }
    }
    all
}

/// The partition keys of the table that the scope is held to; `None` where it is held to none.
fn table_keys(set: &PolicySet, scope: &Scope) -> Option<LeadingKeys> {
    let Scope::Owner(owner) = scope else { return None };
    let keys = set.schemas.iter().filter_map(|schema| schema.owner_key(schema.partition_key()));
    Some(LeadingKeys::of(keys, owner))
}

/// The partition keys of a global index that hold the owner; `None` where those of some record do
/// not.
fn index_keys(set: &PolicySet, name: &str, owner: &PolicyVariable) -> Option<LeadingKeys> {
    let keys: Option<Vec<_>> = set
        .schemas
        .iter()
        .flat_map(|schema| schema.indexes().map(move |index| (schema, index)))
        .filter(|(_, (index, _, _))| *index == name)
        .map(|(schema, (_, _, partition))| schema.owner_key(partition))
        .collect();
    keys.map(|keys| LeadingKeys::of(keys, owner))
}

/// `ForAllValues` is true of a request that names no partition key, such as a scan; the `Null`
/// condition refuses those.
fn owned(statement: Statement, keys: Option<&LeadingKeys>) -> Statement {
    match keys {
        None => statement,
        Some(keys) => statement
            .when(keys.operator(), "dynamodb:LeadingKeys", keys.values.iter().cloned())
            .when("Null", "dynamodb:LeadingKeys", ["false"]),
    }
}

/// Holds a reader to the attributes that are not hidden, asked for by name.
fn projected(set: &PolicySet, statement: Statement) -> Statement {
    if set.hidden.is_empty() {
        return statement;
    }
    let shown = set
        .schemas
        .iter()
        .flat_map(|schema| schema.attributes().chain(schema.needed_to_open()))
        .filter(|name| !set.hidden.iter().any(|hidden| hidden == name))
        .map(literal);
    statement
        .when("ForAllValues:StringEquals", "dynamodb:Attributes", shown)
        .when("Null", "dynamodb:Attributes", ["false"])
        .when("StringEqualsIfExists", "dynamodb:Select", ["SPECIFIC_ATTRIBUTES"])
}

/// The use of data keys, bound to the encryption context that the library sends (docs/format.md
/// section 8.1).
fn data_keys(set: &PolicySet, sid: &str, action: &str, keys: &[KeyArn]) -> Statement {
    let mut names = vec!["dynacrypt:purpose", "dynacrypt:table"];
    if set.tenants != Tenants::None {
        names.push("dynacrypt:tenant");
    }
    let tables = set.schemas.iter().map(|schema| literal(schema.table()));
    let mut statement = Statement::new(sid, Effect::Allow)
        .actions(&[action])
        .resources(keys.iter().map(|key| key.as_str().to_owned()))
        .when("StringEquals", "kms:EncryptionContext:dynacrypt:purpose", ["data-key"])
        .when("StringEquals", "kms:EncryptionContext:dynacrypt:table", tables)
        .when("ForAllValues:StringEquals", "kms:EncryptionContextKeys", names)
        .when("Null", "kms:EncryptionContextKeys", ["false"]);
    if let Tenants::One(tenant) = &set.tenants {
        let key = "kms:EncryptionContext:dynacrypt:tenant";
        statement = statement.when("StringEquals", key, [tenant.clone()]);
    }
    if set.direct_kms {
        statement = statement.when("Null", "kms:ViaService", ["true"]);
    }
    statement
}
