//! Nothing of its own: this package exists for its tests, which need allocators, and so
//! `unsafe`, of their own.
