//! `dynacrypt policy generate`: from schema documents to a policy. It never looks at an existing one.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use dynacrypt::policy::{PolicySet, PolicyVariable, Role};

use crate::Outcome;
use crate::input::{self, Failure};

/// A schema document is what `SchemaDescription::of::<YourRecord>()?.to_json()` prints.
#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Args {
    /// A file with the schema, or schemas, of the records that live in the table; `-` for standard
    /// input. May be given again.
    #[arg(long, required = true, value_name = "FILE")]
    schema: Vec<PathBuf>,
    /// What the role does.
    #[arg(long, value_parser = roles())]
    role: Role,
    /// The ARN of the table; again for each replica.
    #[arg(long, required = true, value_name = "ARN")]
    table_arn: Vec<String>,
    /// The ARN of the table that a migrator keeps its checkpoints in.
    #[arg(long, value_name = "ARN")]
    checkpoint_table_arn: Option<String>,
    /// The ARN of a KMS key that data keys are generated and unwrapped with.
    #[arg(long, value_name = "ARN")]
    kms_key_arn: Vec<String>,
    /// The ARN of a KMS key that data keys are unwrapped with alone.
    #[arg(long, value_name = "ARN")]
    kms_decrypt_key_arn: Vec<String>,
    /// The condition key that names the owner, such as `aws:PrincipalTag/owner` (which it is unless
    /// said otherwise) or `cognito-identity.amazonaws.com:sub`.
    #[arg(long, value_name = "KEY", conflicts_with = "all_owners")]
    owner_variable: Option<String>,
    /// The role serves every owner.
    #[arg(long)]
    all_owners: bool,
    /// Data keys of this tenant alone.
    #[arg(long, value_name = "ID", conflicts_with_all = ["tenant_variable", "any_tenant"])]
    tenant: Option<String>,
    /// Data keys of the tenant that this condition key names.
    #[arg(long, value_name = "KEY", conflicts_with = "any_tenant")]
    tenant_variable: Option<String>,
    /// Data keys of every tenant.
    #[arg(long)]
    any_tenant: bool,
    /// A reader may scan.
    #[arg(long)]
    scan: bool,
    /// A reader never gets this attribute. May be given again.
    #[arg(long, value_name = "NAME")]
    without_attribute: Vec<String>,
    /// KMS keys may not be used by way of another AWS service.
    #[arg(long)]
    direct_kms_calls_only: bool,
    /// Leaves out the statement that denies plain HTTP.
    #[arg(long)]
    without_transport_statement: bool,
}

pub(crate) fn run(args: Args) -> Result<Outcome, Failure> {
    let mut schemas = Vec::new();
    for path in &args.schema {
        schemas.extend(input::schemas(path)?);
    }
    let sets = schemas.into_iter().fold(None, |set: Option<PolicySet>, schema| {
        Some(match set {
            Some(set) => set.and_schema(schema),
            None => PolicySet::of_schema(schema),
        })
    });
    let mut set = sets.ok_or_else(|| Failure("no schema was given".to_owned()))?;
    set = args.table_arn.into_iter().fold(set, PolicySet::table_arn);
    set = args.checkpoint_table_arn.into_iter().fold(set, PolicySet::checkpoint_table_arn);
    set = args.kms_key_arn.into_iter().fold(set, PolicySet::kms_key_arn);
    set = args.kms_decrypt_key_arn.into_iter().fold(set, PolicySet::kms_decrypt_key_arn);
    if let Some(key) = args.owner_variable {
        set = set.owner(PolicyVariable::new(key)?);
    }
    if args.all_owners {
        set = set.all_owners();
    }
    if let Some(id) = &args.tenant {
        set = set.tenant(id);
    }
    if let Some(key) = args.tenant_variable {
        set = set.tenant_variable(&PolicyVariable::new(key)?);
    }
    if args.any_tenant {
        set = set.any_tenant();
    }
    if args.scan {
        set = set.with_scan();
    }
    set = set.without_attributes(args.without_attribute);
    if args.direct_kms_calls_only {
        set = set.direct_kms_calls_only();
    }
    if args.without_transport_statement {
        set = set.without_transport_statement();
    }
    let policy = set.role(args.role)?;
    input::print(&policy.to_json()?)?;
    for note in policy.notes() {
        input::complain(&format!("note: {note}"));
    }
    Ok(Outcome::Clean)
}

/// The roles by their names.
fn roles() -> impl TypedValueParser<Value = Role> {
    let names = Role::ALL.map(Role::name);
    PossibleValuesParser::new(names).try_map(|name| {
        let role = Role::ALL.into_iter().find(|role| role.name() == name);
        role.ok_or("there is no such role")
    })
}
