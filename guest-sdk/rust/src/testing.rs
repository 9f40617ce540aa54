//! A fake host, for hooks in the author's own `cargo test`.
//!
//! ```
//! use hookbox_sdk::testing::Host;
//! use hookbox_sdk::{Context, Error, User, http, json};
//!
//! #[hookbox_sdk::post_change_password]
//! fn tell(user: User, context: Context) -> Result<(), Error> {
//!     http::post("https://api.example.com/v1/told")
//!         .bearer(context.secret("API_KEY")?)
//!         .json(&json!({ "who": user.email }))
//!         .send()?
//!         .error_for_status()?;
//!     Ok(())
//! }
//!
//! let host = Host::new().secret("API_KEY", "k1");
//! host.on("POST", "https://api.example.com/v1/told").reply(503, "");
//! let run = host.run(tell, r#"{"user": {"email": "user1@example.com"}, "context": {}}"#);
//!
//! assert_eq!(run.requests[0].headers["authorization"], ["Bearer k1"]);
//! assert_eq!(run.requests[0].json(), json!({ "who": "user1@example.com" }));
//! assert_eq!(run.result.unwrap_err().retryable, Some(true));
//! ```

mod golden;
mod run;
mod state;

use std::cell::RefCell;
use std::time::Duration;

use serde_json::{Value, json};

use crate::hook::{self, Arguments, Hook};
use crate::http::Code;

pub use golden::check_golden;
pub use run::{Failure, LogLine, Run, SentRequest};
use state::{Reply, Script, State};
pub(crate) use state::{http_start, log, next_event, now_ms, random, timer_start};

/// 2019-02-27T14:14:29.206Z, the time of the sample events.
const CLOCK_MS: u64 = 1_551_276_869_206;

/// A host that answers as it is told to, and remembers what a hook asked of it.
///
/// Its clock stands still, but for waiting; its randomness is the same in each run.
#[derive(Debug)]
pub struct Host {
    secrets: Vec<(String, String)>,
    event: Option<Value>,
    clock_ms: u64,
    script: RefCell<Vec<Script>>,
}

impl Default for Host {
    fn default() -> Self {
        Self { secrets: Vec::new(), event: None, clock_ms: CLOCK_MS, script: RefCell::default() }
    }
}

impl Host {
    /// A host without secrets and answers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the hook a secret.
    #[must_use]
    pub fn secret(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.secrets.push((name.into(), value.into()));
        self
    }

    /// Sets the clock, in milliseconds since the start of 1970.
    #[must_use]
    pub fn at(mut self, clock_ms: u64) -> Self {
        self.clock_ms = clock_ms;
        self
    }

    /// Says which event the run is about, and which attempt it is.
    #[must_use]
    pub fn event(mut self, id: &str, attempt: u32) -> Self {
        self.event = Some(json!({ "id": id, "attempt": attempt }));
        self
    }

    /// Begins an answer for a request of that method and address. Each answer is given once, in the order in which they
    /// were scripted; a request without one fails and says so.
    pub fn on<'a>(&'a self, method: &str, url: &str) -> Reply<'a> {
        Reply::new(&self.script, method, url)
    }

    /// Runs a hook on an input: JSON text, such as `include_str!` gives, or a [`Value`], with the keys that the trigger
    /// has (`user` and `context` for most).
    ///
    /// # Panics
    /// The input is not JSON, or not an object with an object `context`.
    #[expect(clippy::needless_pass_by_value, reason = "a hook is a function, given by its name")]
    pub fn run<A: Arguments, H: Hook<A>>(&self, hook: H, input: impl Into<Value>) -> Run {
        let input = self.input(input.into());
        let (answer, state) = self.within(|| match hook::arguments::<A>(input.to_string().as_bytes()) {
            Ok(arguments) => hook.call(arguments),
            Err(error) => hook::Answer::of_error(&error),
        });
        Run::new(answer, state)
    }

    /// Runs anything else that needs a host, such as a function that a hook is made of.
    pub fn scope<T>(&self, run: impl FnOnce() -> T) -> T {
        self.within(run).0
    }

    fn within<T>(&self, run: impl FnOnce() -> T) -> (T, State) {
        let guard = state::enter(State::new(self.clock_ms, self.script.take()));
        let result = run();
        let mut state = guard.leave();
        self.script.replace(state.take_script());
        (result, state)
    }

    fn input(&self, input: Value) -> Value {
        let mut input = match input {
            Value::String(text) => serde_json::from_str(&text).expect("the hook's input must be JSON"),
            value => value,
        };
        let context = input.get_mut("context").and_then(Value::as_object_mut);
        let context = context.expect("the hook's input must be an object with an object `context`");
        let webtask = context.entry("webtask").or_insert_with(|| json!({}));
        for (name, value) in &self.secrets {
            webtask["secrets"][name] = json!(value);
        }
        if let Some(event) = &self.event {
            webtask["event"] = event.clone();
        }
        input
    }
}

impl Reply<'_> {
    /// Lets that much time pass before the answer.
    pub fn after(mut self, delay: Duration) -> Self {
        self.script.delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// Adds a header to the answer.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.script.headers.entry(name.to_ascii_lowercase()).or_default().push(value.to_owned());
        self
    }

    /// Answers with a status and a body.
    pub fn reply(mut self, status: u16, body: impl AsRef<[u8]>) {
        self.script.answer = Ok((status, body.as_ref().to_vec()));
        self.done();
    }

    /// Gives no answer.
    pub fn fail(mut self, code: Code, message: &str) {
        self.script.answer = Err((code, message.to_owned()));
        self.done();
    }
}

#[cfg(test)]
mod tests;
