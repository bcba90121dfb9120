// Nothing comes from the prelude.
#![no_implicit_prelude]

#[derive(::dynacrypt::Record)]
#[dynacrypt(table = "profiles")]
struct Profile<T> {
    #[dynacrypt(partition_key, owner)]
    id: ::std::string::String,
    #[dynacrypt(authenticated)]
    role: ::std::option::Option<::std::string::String>,
    extra: T,
    #[encrypted]
    #[dynacrypt(default = absent)]
    ssn: ::std::option::Option<::dynacrypt::Secret<::std::string::String>>,
    #[dynacrypt(skip)]
    cached: bool,
}

fn absent() -> ::std::option::Option<::dynacrypt::Secret<::std::string::String>> {
    ::std::option::Option::None
}

#[::core::prelude::v1::test]
fn passes() {
    use ::dynacrypt::Record;
    ::std::assert_eq!(Profile::<u8>::SCHEMA.fields().len(), 4);
}
