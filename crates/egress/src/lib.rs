//! The way out for guests: which addresses a hook may reach, and how.
//!
//! [`Egress`] is made once from the operator's [`Policy`]; each run of a hook gets a [`Session`] for its tenant. A call goes
//! through these steps, each in a file of its own:
//!
//! 1. `target`: the address is parsed once; scheme, user info, port and host are judged.
//! 2. `headers`: what frames or routes a request is refused by name.
//! 3. `resolve`: the name is looked up once; if one answer is forbidden ([`address`]), all are.
//! 4. `client`: the connection goes to the addresses that were checked, and to no others; a kept connection is used again
//!    only by the same tenant, for the same origin, after a lookup that gave the same addresses.
//! 5. `redirect`: where the hook asks for it, the next address starts again at step 1.
//! 6. `body`: the answer is counted before and after decoding and ends at the limit.
//!
//! Below all of them `wire` counts what a connection brings, and `hints` what comes before an answer.
//!
//! Where a hook has `sealed` secrets, their values are put in between steps 3 and 4, hop by hop, and taken out of the
//! answer before anything else is done with it.
//!
//! This crate knows nothing of WebAssembly, of the store and of the API. What a guest learns of a failure is a coarse
//! [`CallError`](hookbox_protocol::http::CallError); the rest is in the operator's log.

pub mod address;
mod body;
mod client;
mod connect;
pub mod disguise;
mod error;
mod failure;
mod headers;
mod hints;
mod host;
mod mask;
mod overrides;
mod policy;
mod redirect;
mod resolve;
mod sealed;
mod session;
mod share;
mod target;
#[cfg(test)]
mod tests;
mod threads;
mod wire;

pub use error::Error;
pub use host::HostPattern;
pub use ipnet::IpNet;
pub use mask::Mask;
pub use overrides::ResolveOverride;
pub use policy::{Policy, PortPolicy};
pub use sealed::{Misplaced, OnMisplaced, PLACEHOLDER_PREFIX, SEALED_BYTES_MIN, SealedSecret, SealedSecrets, Seals};
pub use session::{Egress, Session};
pub use url::Url;
