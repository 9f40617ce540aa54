//! A conformance script's header, as `conformance/README.md` specifies it.

use anyhow::{Context as _, Result, bail, ensure};
use hookbox_protocol::{RunLimits, Trigger};
use serde_json::{Map, Value};

use crate::answers::Scripted;

/// What a header says.
pub(crate) struct Case {
    pub(crate) trigger: Trigger,
    pub(crate) input: Value,
    pub(crate) limits: RunLimits,
    pub(crate) answers: Vec<Scripted>,
    /// Words and what follows them: `completed {"a":1}`.
    pub(crate) outcome: String,
    pub(crate) logs: Vec<String>,
    pub(crate) requests: Vec<ExpectedRequest>,
    pub(crate) stack: Vec<String>,
    pub(crate) properties: Map<String, Value>,
    pub(crate) retryable: Option<bool>,
    pub(crate) retry_after_s: Option<f64>,
}

/// A request that must come.
pub(crate) struct ExpectedRequest {
    /// Method and address.
    pub(crate) target: String,
    /// Name and value; `None` for one that must not be there.
    pub(crate) headers: Vec<(String, Option<String>)>,
    pub(crate) body: Option<String>,
}

impl Case {
    /// Reads the header of `script`.
    pub(crate) fn parse(script: &str) -> Result<Self> {
        let mut case = Self {
            trigger: Trigger::PostChangePassword,
            input: Value::Null,
            limits: RunLimits::default(),
            answers: Vec::new(),
            outcome: String::new(),
            logs: Vec::new(),
            requests: Vec::new(),
            stack: Vec::new(),
            properties: Map::new(),
            retryable: None,
            retry_after_s: None,
        };
        let (mut replaced, mut secrets) = (Map::new(), None);
        for line in script.lines().map_while(|line| line.trim_start_matches('\u{feff}').strip_prefix("//: ")) {
            if let Some(answer) = line.strip_prefix("answer") {
                case.answers.push(Scripted::parse(answer).with_context(|| line.to_owned())?);
                continue;
            }
            let (key, value) = line.split_once(": ").with_context(|| format!("no `key: value`: {line}"))?;
            match key {
                "trigger" => case.trigger = value.parse()?,
                "input" => replaced = serde_json::from_str(value).context("input")?,
                "secrets" => secrets = Some(serde_json::from_str::<Value>(value).context("secrets")?),
                "limit" => {
                    let (name, number) = value.split_once(' ').context("a limit is a name and a number")?;
                    case.limits.set(name, number.parse()?, &RunLimits::CEILINGS)?;
                }
                _ => case.expect(key, value).with_context(|| line.to_owned())?,
            }
        }
        ensure!(!case.outcome.is_empty(), "the script does not say what is expected");
        case.input = input(case.trigger, replaced, secrets)?;
        Ok(case)
    }

    fn expect(&mut self, key: &str, value: &str) -> Result<()> {
        match key {
            "expect" => value.clone_into(&mut self.outcome),
            "expect log" => self.logs.push(value.replace("\\n", "\n")),
            "expect request" => {
                self.requests.push(ExpectedRequest { target: value.to_owned(), headers: Vec::new(), body: None });
            }
            "expect header" => {
                let (name, value) = value.split_once(": ").context("a header is a name and a value")?;
                self.request()?.headers.push((name.to_lowercase(), Some(value.to_owned())));
            }
            "expect no header" => self.request()?.headers.push((value.to_lowercase(), None)),
            "expect body" => self.request()?.body = Some(value.replace("\\n", "\n").replace("\\r", "\r")),
            "expect stack" => self.stack.push(value.to_owned()),
            "expect property" => self.properties.extend(serde_json::from_str::<Map<String, Value>>(value)?),
            "expect retryable" => self.retryable = Some(value.parse()?),
            "expect retry_after_s" => self.retry_after_s = Some(value.parse()?),
            _ => bail!("no such key"),
        }
        Ok(())
    }

    fn request(&mut self) -> Result<&mut ExpectedRequest> {
        self.requests.last_mut().context("there is no request above")
    }
}

fn input(trigger: Trigger, replaced: Map<String, Value>, secrets: Option<Value>) -> Result<Value> {
    let mut input: Value = serde_json::from_str(trigger.spec().sample)?;
    let keys = input.as_object_mut().context("a sample is an object")?;
    for (key, value) in replaced {
        // A null takes the key away, which is how an argument that is missing is written.
        if value.is_null() {
            keys.remove(&key);
        } else {
            keys.insert(key, value);
        }
    }
    if let Some(secrets) = secrets {
        input["context"]["webtask"]["secrets"] = secrets;
    }
    Ok(input)
}
