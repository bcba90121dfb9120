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

#[derive(::dynacrypt::Record)]
#[dynacrypt(table = "orders", partition_key = "USER#{user}", sort_key = "{number:08}")]
#[dynacrypt(entity = "order", index(by_status, partition_key = status, sort_key = updated))]
struct Order<T> {
    #[dynacrypt(owner)]
    user: ::std::string::String,
    number: u32,
    status: ::std::option::Option<::std::string::String>,
    #[dynacrypt(version)]
    version: u64,
    #[dynacrypt(ttl)]
    expires: ::std::time::SystemTime,
    #[dynacrypt(updated)]
    updated: ::std::option::Option<::std::time::SystemTime>,
    before: ::std::option::Option<::std::boxed::Box<Number<T>>>,
}

type Number<T> = ::std::collections::BTreeMap<::std::string::String, T>;

#[derive(::dynacrypt::Projection)]
#[dynacrypt(record = Order<u8>)]
struct Line {
    number: u32,
    #[dynacrypt(default)]
    version: u64,
    status: ::std::option::Option<::std::string::String>,
}

fn absent() -> ::std::option::Option<::dynacrypt::Secret<::std::string::String>> {
    ::std::option::Option::None
}

#[::core::prelude::v1::test]
fn passes() {
    use ::dynacrypt::Projection;
    use ::dynacrypt::Record;
    ::std::assert_eq!(Line::attributes().len(), 6);
    ::std::assert_eq!(Order::<u8>::indexes().by_status.name(), "by_status");
    ::std::assert_eq!(Profile::<u8>::SCHEMA.fields().len(), 4);
}
