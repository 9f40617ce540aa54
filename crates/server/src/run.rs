//! Running a hook without a daemon and without a store: what `hookbox run` does, in the same sandbox, with the same input,
//! the same way out and the same masking of secrets as a delivery.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use hookbox_egress::{Egress, HostPattern};
use hookbox_protocol::report::LogLine;
use hookbox_protocol::{Report, RunLimits, TenantId, Trigger};
use hookbox_runtime::{CompileError, LogTap, Refusal, Runtime};
use hookbox_store::SecretValue;
use serde_json::{Map, Value};

pub use crate::input::InputError;

use crate::code;
use crate::execution::{self, Execution, ResultFor};
use crate::follow::Listener;
use crate::input::{self, EventInfo};
use crate::redact::Redactor;
use crate::scripts::Scripts;
use crate::way_out::{Notices, WayOut};

/// A run on this machine.
pub struct LocalRun {
    /// What happens.
    pub trigger: Trigger,
    /// What runs.
    pub code: LocalCode,
    /// The trigger's arguments: `user` and `context` for most.
    pub input: Map<String, Value>,
    /// Names and values of the hook's secrets.
    pub secrets: Vec<(String, String)>,
    /// What the run may use.
    pub limits: RunLimits,
    /// The hosts that it may call; `None` for all that the policy allows.
    pub allowed_hosts: Option<Vec<HostPattern>>,
    /// Who hears what the hook prints while it runs; without secrets.
    pub logs: Option<LogTap>,
}

/// What a local run runs.
pub enum LocalCode {
    /// A WebAssembly module.
    Module(Bytes),
    /// A script.
    Script(String),
}

/// Why a local run has no report.
#[derive(Debug, thiserror::Error)]
pub enum LocalRunError {
    /// The module would be refused at upload.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The input is not what the trigger takes.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The host failed.
    #[error(transparent)]
    Host(#[from] hookbox_runtime::Error),
}

impl LocalRun {
    /// Runs it. A script's engine is taken from `cache_dir`, or made, which takes seconds, and kept there.
    ///
    /// # Errors
    /// When the module is refused, the input does not fit the trigger, or the host fails. A hook that fails is a report.
    pub async fn run(
        self,
        runtime: &Runtime,
        egress: &Egress,
        cache_dir: Option<PathBuf>,
    ) -> Result<Report, LocalRunError> {
        let pairs = self.secrets.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let secrets_json = SecretValue::new(input::secrets_json(pairs));
        let input = input::of_arguments(self.trigger, &self.input, secrets_json.expose(), EventInfo::SAMPLE)?;
        let loaded = match self.code {
            LocalCode::Module(wasm) => {
                let info = runtime.compile(wasm.clone(), self.trigger).await.map_err(|error| match error {
                    CompileError::Refused(refusal) => LocalRunError::Refused(refusal),
                    CompileError::Host(error) => LocalRunError::Host(error),
                })?;
                code::given(runtime, info.digest, wasm).await?
            }
            LocalCode::Script(source) => code::script(&Scripts::new(runtime.clone(), cache_dir), &source).await?,
        };
        let secrets = self.secrets.into_iter().map(|(name, value)| (name, SecretValue::new(value))).collect();
        let redactor = Arc::new(Redactor::new(secrets));
        let execution = Execution {
            trigger: self.trigger,
            input,
            limits: self.limits,
            way_out: WayOut::new(egress.session(LOCAL, self.allowed_hosts), Notices::default(), &redactor),
            result: ResultFor::Author,
            listener: self.logs.map(|tap| Arc::new(Tapped(tap)) as Arc<dyn Listener>),
        };
        Ok(execution::execute(runtime, loaded, execution, &redactor).await?)
    }
}

/// A tap that always runs.
struct Tapped(LogTap);

impl Listener for Tapped {
    fn listens(&self) -> bool {
        true
    }

    fn hear(&self, line: &LogLine) {
        (self.0)(line);
    }
}

/// There is one tenant on an author's machine.
const LOCAL: TenantId = TenantId(0);

#[cfg(test)]
mod tests;
