#![doc = include_str!("../README.md")]

mod base64;
mod client;
mod clock;
mod context;
mod error;
mod event;
mod form;
#[cfg(any(all(target_family = "wasm", target_os = "unknown"), test))]
mod heap;
#[doc(hidden)]
pub mod hook;
mod host;
pub mod http;
pub mod log;
mod phone;
mod random;
mod record;
mod secret;
#[cfg(not(target_family = "wasm"))]
pub mod testing;
mod user;

pub use client::{Client, ExchangeContext};
pub use clock::{now, now_ms, sleep};
pub use context::{Connection, Context, Event, Initiator, Webtask};
pub use error::Error;
pub use hookbox_sdk_macros::{
    credentials_exchange, post_change_password, post_user_registration, pre_user_registration, send_phone_message,
};
pub use phone::{PhoneClient, PhoneContext, PhoneUser};
pub use random::random;
pub use secret::{Secrets, secret};
pub use serde;
pub use serde_json;
pub use serde_json::{Map, Value, json};
pub use user::{Password, User};
