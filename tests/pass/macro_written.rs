// Structs that a macro writes: names, types and values are fragments of its input.
use dynacrypt::record::FieldKind;
use dynacrypt::{Record, Secret};

macro_rules! record {
    (
        $(#[$meta:meta])* $vis:vis struct $name:ident in $table:literal {
            $key:ident: $key_ty:ty,
            $($field:ident: $ty:ty = $kind:ident, pad $pad:literal or $default:path;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Record)]
        #[dynacrypt(table = $table)]
        $vis struct $name {
            #[dynacrypt(partition_key)]
            $key: $key_ty,
            $(#[dynacrypt($kind, pad = $pad, default = $default)] $field: $ty,)*
            plain: $key_ty,
            local: Vec<$key_ty>,
        }
    };
}

record! {
    #[derive(Debug)]
    pub struct Profile in "profiles" {
        id: String,
        ssn: Secret<String> = encrypted, pad 8 or Default::default;
        pin: Option<Secret<String>> = encrypted, pad 16 or none;
    }
}

fn none() -> Option<Secret<String>> {
    None
}

macro_rules! generic {
    ($name:ident<$param:ident>, $ty:ty) => {
        #[derive(Record)]
        #[dynacrypt(table = "generic")]
        struct $name<$param> {
            #[dynacrypt(partition_key)]
            id: String,
            extra: $ty,
        }
    };
}
generic!(Generic<T>, Vec<T>);

#[::core::prelude::v1::test]
fn passes() {
    let fields = Profile::SCHEMA.fields();
    let names: Vec<&str> = fields.iter().map(|field| field.name()).collect();
    assert_eq!(names, ["id", "ssn", "pin", "plain", "local"]);
    assert_eq!(fields[2].kind(), FieldKind::Encrypted);
    assert!(format!("{:?}", fields[2]).contains("pad: 16"));
    assert_eq!(Generic::<u8>::SCHEMA.fields().len(), 2);
}
