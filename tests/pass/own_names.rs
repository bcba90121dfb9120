// A scope in which every familiar name means something else.
#![allow(dead_code, non_camel_case_types, non_snake_case)]

mod prelude {
    pub struct Result;
    pub struct Option;
    pub struct String;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Err;
    pub struct Vec;
    pub struct Schema;
    pub struct FieldSpec;
    pub struct ItemWriter;
    pub trait Default {}
    pub trait Sized {}
    pub trait From {}
    pub trait Into {}
    pub trait KeyAttribute {}
    pub mod core {}
    pub mod std {}
    pub type bool = ();
    pub type usize = ();
    pub type str = ();
}

mod record {
    use super::prelude::*;

    #[derive(::dynacrypt::Record)]
    #[dynacrypt(table = "profiles")]
    pub struct Profile {
        #[dynacrypt(partition_key, owner)]
        id: ::std::string::String,
        #[dynacrypt(sort_key)]
        at: u64,
        name: ::std::option::Option<::std::string::String>,
        #[encrypted]
        #[dynacrypt(default)]
        ssn: ::std::option::Option<::dynacrypt::Secret<::std::string::String>>,
        #[dynacrypt(skip)]
        cached: ::core::primitive::bool,
    }

    #[derive(::dynacrypt::Record)]
    #[dynacrypt(table = "orders", partition_key = "U#{user}", sort_key = "{number}")]
    #[dynacrypt(entity = "order", index(by_time, partition_key = at, sort_key = created))]
    pub struct Order {
        user: ::std::string::String,
        number: u64,
        at: u64,
        #[dynacrypt(created)]
        created: ::std::option::Option<::std::time::SystemTime>,
    }

    #[derive(::dynacrypt::Projection)]
    #[dynacrypt(record = Order)]
    pub struct Line {
        pub number: u64,
        #[dynacrypt(from = at, default)]
        pub time: u64,
    }
}

#[::core::prelude::v1::test]
fn passes() {
    use dynacrypt::Record;
    assert_eq!(record::Profile::SCHEMA.fields().len(), 4);
    assert_eq!(record::Order::SCHEMA.indexes().len(), 1);
    assert_eq!(<record::Line as dynacrypt::Projection>::attributes().len(), 5);
}
