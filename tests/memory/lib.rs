//! Nothing of its own: this package exists for `tests/freed.rs`, which needs an allocator, and so
//! `unsafe`, of its own.
