//! IAM policies from the schemas of records, one for each role, and a linter for policies that exist.
//! It never calls AWS, and never grants an action that no operation of the repository uses.

mod arn;
mod document;
mod lint;
mod owner;
mod statements;

use crate::error::{Error, ErrorKind, Result};
use crate::record::Record;
use crate::schema::SchemaDescription;

use self::arn::{Arn, KeyArn, TableArn};
pub use self::document::{MAX_MANAGED_POLICY_LEN, Policy};
pub use self::lint::{Finding, Linter, Rule, Severity, lint};
pub use self::owner::PolicyVariable;
use self::owner::Scope;

/// What a service does with a table, and so what it is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// Gets, queries and opens records: `GetItem`, `BatchGetItem`, `Query`, and `kms:Decrypt`.
    Reader,
    /// Seals and writes records without being able to open one: `PutItem`, `UpdateItem`,
    /// `DeleteItem`, `BatchWriteItem`, `ConditionCheckItem`, and `kms:GenerateDataKey`. What a write
    /// can be asked to return (the item that stood there) it gets sealed, with its clear fields.
    Writer,
    /// Both, in statements apart.
    ReadWrite,
    /// Moves a whole table: `DescribeTable`, `Scan`, `GetItem`, `UpdateItem`, and both of KMS's. Always
    /// for all owners.
    Migrator,
    /// Reads the table's stream and opens what it carries: `DescribeStream`, `GetRecords`,
    /// `GetShardIterator`, `ListStreams`, and `kms:Decrypt`. Always for all owners.
    StreamConsumer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] =
        [Self::Reader, Self::Writer, Self::ReadWrite, Self::Migrator, Self::StreamConsumer];

    /// Its name on the command line, such as `stream-consumer`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::ReadWrite => "read-write",
            Self::Migrator => "migrator",
            Self::StreamConsumer => "stream-consumer",
        }
    }

    const fn seals(self) -> bool {
        matches!(self, Self::Writer | Self::ReadWrite | Self::Migrator)
    }

    const fn opens(self) -> bool {
        !matches!(self, Self::Writer)
    }
}

/// Which tenants' data keys a role may use.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tenants {
    /// The records have no tenants: a tenant in the encryption context is refused.
    None,
    /// This one, as a value of a condition.
    One(String),
    /// All of them, and records without one.
    Any,
}

/// The policies of one table: which records live in it, where it is, which keys seal it, and who is
/// meant. [`role`](Self::role) makes the policy of each role.
///
/// # Examples
/// ```
/// use dynacrypt_core::policy::{PolicySet, Role};
/// use dynacrypt_core::record::Record;
/// use dynacrypt_core::error::Error;
///
/// fn reader<Profile: Record>() -> Result<String, Error> {
///     PolicySet::of::<Profile>()
///         .table_arn("arn:aws:dynamodb:eu-central-1:111122223333:table/profiles")
///         .kms_key_arn("arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
///         .role(Role::Reader)?
///         .to_json()
/// }
/// ```
///
/// # Security
/// Where the owner stands in the partition key, readers and writers are held to the partitions of
/// the caller by `dynamodb:LeadingKeys`, with the owner's id from a [`PolicyVariable`]. That helps
/// where each caller has credentials of its own (a session with a tag, Cognito). A service that
/// serves every caller with one role says [`all_owners`](Self::all_owners): the owner check of the
/// repository is then the only one.
#[derive(Debug, Clone)]
pub struct PolicySet {
    schemas: Vec<SchemaDescription>,
    tables: Vec<String>,
    checkpoint: Option<String>,
    seal_keys: Vec<String>,
    open_keys: Vec<String>,
    owners: Owners,
    tenants: Tenants,
    hidden: Vec<String>,
    scan: bool,
    direct_kms: bool,
    require_tls: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Owners {
    /// The principal tag `owner`, where the owner stands in the partition key.
    Default,
    Variable(PolicyVariable),
    All,
}

/// What [`PolicySet`] was given, once it is checked.
struct Checked {
    tables: Vec<TableArn>,
    checkpoint: Option<TableArn>,
    seal_keys: Vec<KeyArn>,
    open_keys: Vec<KeyArn>,
    scope: Scope,
}

impl PolicySet {
    /// The policies of the table that holds records of type `R`.
    #[must_use]
    pub fn of<R: Record>() -> Self {
        Self::of_schema(SchemaDescription::of::<R>())
    }

    /// The same, from a schema document.
    #[must_use]
    pub fn of_schema(schema: SchemaDescription) -> Self {
        Self {
            schemas: vec![schema],
            tables: Vec::new(),
            checkpoint: None,
            seal_keys: Vec::new(),
            open_keys: Vec::new(),
            owners: Owners::Default,
            tenants: Tenants::None,
            hidden: Vec::new(),
            scan: false,
            direct_kms: false,
            require_tls: true,
        }
    }

    /// The same table also holds records of type `R`.
    #[must_use]
    pub fn and<R: Record>(self) -> Self {
        self.and_schema(SchemaDescription::of::<R>())
    }

    /// The same, from a schema document.
    #[must_use]
    pub fn and_schema(mut self, schema: SchemaDescription) -> Self {
        self.schemas.push(schema);
        self
    }

    /// The ARN of the table; once more for each replica of a global table.
    #[must_use]
    pub fn table_arn(mut self, arn: impl Into<String>) -> Self {
        self.tables.push(arn.into());
        self
    }

    /// The ARN of the table that a migration keeps its checkpoints in. The job reads and changes them,
    /// and does not create the table.
    #[must_use]
    pub fn checkpoint_table_arn(mut self, arn: impl Into<String>) -> Self {
        self.checkpoint = Some(arn.into());
        self
    }

    /// The ARN of a KMS key under which data keys are generated and unwrapped: the key's own, not an
    /// alias's. Without one, the policies say nothing about KMS.
    #[must_use]
    pub fn kms_key_arn(mut self, arn: impl Into<String>) -> Self {
        let arn = arn.into();
        self.seal_keys.push(arn.clone());
        self.open_keys.push(arn);
        self
    }

    /// The ARN of a KMS key under which data keys are unwrapped, and no longer generated.
    #[must_use]
    pub fn kms_decrypt_key_arn(mut self, arn: impl Into<String>) -> Self {
        self.open_keys.push(arn.into());
        self
    }

    /// Where the owner's id comes from: `${aws:PrincipalTag/owner}` unless this says otherwise. Its
    /// value must be in the form in which the key holds it.
    #[must_use]
    pub fn owner(mut self, variable: PolicyVariable) -> Self {
        self.owners = Owners::Variable(variable);
        self
    }

    /// Readers and writers may touch the items of every owner.
    #[must_use]
    pub fn all_owners(mut self) -> Self {
        self.owners = Owners::All;
        self
    }

    /// Data keys of this tenant alone. Unless one of the three tenant methods is called, data keys
    /// of no tenant.
    #[must_use]
    pub fn tenant(mut self, id: &str) -> Self {
        self.tenants = Tenants::One(document::literal(id));
        self
    }

    /// Data keys of the tenant that this variable names.
    #[must_use]
    pub fn tenant_variable(mut self, variable: &PolicyVariable) -> Self {
        self.tenants = Tenants::One(variable.to_string());
        self
    }

    /// Data keys of every tenant.
    #[must_use]
    pub fn any_tenant(mut self) -> Self {
        self.tenants = Tenants::Any;
        self
    }

    /// A reader may scan the table and its indexes.
    #[must_use]
    pub fn with_scan(mut self) -> Self {
        self.scan = true;
        self
    }

    /// A reader never gets these attributes: it must ask for others by name, with projections.
    #[must_use]
    pub fn without_attributes(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.hidden.extend(names.into_iter().map(Into::into));
        self
    }

    /// KMS keys may be used by direct calls alone, as this library makes them, and not by way of
    /// another AWS service in the caller's name (`kms:ViaService` must be absent).
    #[must_use]
    pub fn direct_kms_calls_only(mut self) -> Self {
        self.direct_kms = true;
        self
    }

    /// Leaves out the statement that denies requests over plain HTTP, for accounts that have it
    /// elsewhere (a service control policy).
    #[must_use]
    pub fn without_transport_statement(mut self) -> Self {
        self.require_tls = false;
        self
    }

    /// The policy of a role.
    ///
    /// # Errors
    /// `is_invalid_policy` where an ARN is missing, malformed or of another partition; an attribute
    /// to be hidden is unknown or needed; a scan is asked for within an owner's partitions; the
    /// owner is to be held to its partitions and does not stand in the partition key.
    pub fn role(&self, role: Role) -> Result<Policy> {
        let checked = self.check(role)?;
        Ok(statements::policy(self, role, &checked))
    }

    fn check(&self, role: Role) -> Result<Checked> {
        let tables =
            self.tables.iter().map(|arn| TableArn::parse(arn)).collect::<Result<Vec<_>>>()?;
        let seal_keys =
            self.seal_keys.iter().map(|arn| KeyArn::parse(arn)).collect::<Result<Vec<_>>>()?;
        let open_keys =
            self.open_keys.iter().map(|arn| KeyArn::parse(arn)).collect::<Result<Vec<_>>>()?;
        let Some(first) = tables.first() else {
            return Err(invalid("the table's ARN was not given"));
        };
        let partition = first.partition();
        let checkpoint = self.checkpoint.as_deref().map(TableArn::parse).transpose()?;
        let arns = tables.iter().chain(&checkpoint).map(Arn::partition);
        let arns = arns.chain(open_keys.iter().map(Arn::partition));
        if arns.into_iter().any(|other| other != partition) {
            return Err(invalid("the ARNs are of several partitions of AWS"));
        }
        let scope = self.scope(role)?;
        if self.scan && matches!(scope, Scope::Owner(_)) && role.opens() {
            return Err(invalid("a scan reads the items of every owner: say `all_owners`"));
        }
        self.check_hidden()?;
        Ok(Checked { tables, checkpoint, seal_keys, open_keys, scope })
    }

    fn scope(&self, role: Role) -> Result<Scope> {
        let variable = match &self.owners {
            _ if matches!(role, Role::Migrator | Role::StreamConsumer) => return Ok(Scope::All),
            Owners::All => return Ok(Scope::All),
            Owners::Default => PolicyVariable::principal_tag("owner")?,
            Owners::Variable(variable) => variable.clone(),
        };
        let in_partition =
            |schema: &SchemaDescription| schema.owner_key(schema.partition_key()).is_some();
        let elsewhere = |schema: &SchemaDescription| schema.has_owner() && !in_partition(schema);
        match (self.schemas.iter().any(in_partition), self.schemas.iter().any(elsewhere)) {
            (true, false) => Ok(Scope::Owner(variable)),
            (true, true) => Err(invalid(
                "the owner stands outside the partition key of one record and inside that of another: make their policies apart, or say `all_owners`",
            )),
            (false, _) if self.owners == Owners::Default => Ok(Scope::All),
            (false, _) => Err(invalid("the owner does not stand in the partition key")),
        }
    }

    fn check_hidden(&self) -> Result<()> {
        for name in &self.hidden {
            let known = |schema: &SchemaDescription| schema.attributes().any(|other| other == name);
            let needed =
                |schema: &SchemaDescription| schema.needed_to_open().any(|other| other == name);
            if !self.schemas.iter().any(known) {
                return Err(invalid("an attribute that is to be hidden is in none of the schemas"));
            }
            if self.schemas.iter().any(needed) {
                return Err(invalid("an attribute that is to be hidden is needed to open items"));
            }
        }
        Ok(())
    }
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidPolicy).with_reason(reason)
}

#[cfg(test)]
mod tests;
