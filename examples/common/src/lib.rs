//! What the example services share, whatever framework they are on: options, backend, TLS, tokens,
//! limits, logs, answers. It knows no framework outside of `axum`, and never sees a secret but the demo's own tokens.
//!
//! Headers go in and out as bytes and text, because the frameworks do not agree on their types.

#[cfg(feature = "axum")]
pub mod axum;
pub mod backend;
pub mod demo;
pub mod egress;
pub mod headers;
pub mod health;
pub mod input;
pub mod limits;
pub mod logs;
pub mod migrate;
pub mod old;
pub mod options;
pub mod origin;
pub mod problem;
pub mod proxy;
pub mod redirect;
pub mod shutdown;
pub mod stored;
pub mod tls;
pub mod tokens;
pub mod version;

/// What a step of starting up returns.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
