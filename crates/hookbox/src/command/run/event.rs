//! The files that a local run reads: the event, and secrets.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use hookbox_protocol::{Trigger, name};
use serde_json::{Map, Value};

use crate::failure::{Failure, Hint as _};
use crate::project::Project;

/// Where a project has its event.
const PLACES: [&str; 2] = ["event.json", "tests/event.json"];

/// The trigger's arguments: from that file, else from the project, else the trigger's sample.
pub(super) fn input(
    file: Option<&Path>,
    project: Option<&Project>,
    trigger: Trigger,
) -> anyhow::Result<Map<String, Value>> {
    let in_project = project.into_iter().flat_map(|project| PLACES.map(|place| project.folder.join(place)));
    let path = file.map(Path::to_owned).or_else(|| in_project.into_iter().find(|path| path.is_file()));
    let (text, shown) = match &path {
        Some(path) => {
            let text = fs::read_to_string(path).with_context(|| format!("cannot read the event {}", path.display()))?;
            (text, path.display().to_string())
        }
        None => (trigger.spec().sample.to_owned(), "the trigger's sample".to_owned()),
    };
    let arguments = trigger.spec().arguments.join(", ");
    serde_json::from_str(&text)
        .with_context(|| format!("{shown} is not an event"))
        .hint(format!("an event of {trigger} is a JSON object with {arguments}"))
}

/// Reads lines of `NAME=VALUE`, or a JSON object of texts.
pub(super) fn secrets(path: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the secrets {}", path.display()))?;
    parse_secrets(&text).with_context(|| path.display().to_string())
}

fn parse_secrets(text: &str) -> anyhow::Result<BTreeMap<String, String>> {
    if text.trim_start().starts_with('{') {
        // serde's message would show the value that is wrong.
        return serde_json::from_str(text).map_err(|error| {
            Failure::new(format!("line {} is not an entry of a JSON object of texts", error.line())).into()
        });
    }
    let mut secrets = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let number = index + 1;
        let (name, value) =
            line.split_once('=').ok_or_else(|| Failure::new(format!("line {number} is not NAME=VALUE")))?;
        let name = name.trim();
        name::check_secret(name).with_context(|| format!("line {number}"))?;
        let value = value.trim();
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        secrets.insert(name.to_owned(), bare.to_owned());
    }
    Ok(secrets)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: &Expect) {
        let shown = match parse_secrets(text) {
            Ok(secrets) => format!("{secrets:?}"),
            Err(error) => format!("{error:#}"),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn secrets_are_lines_or_json_and_errors_do_not_show_them() {
        check(
            "# a comment\nA=1\n B = \"two words\" \nC=x=y\n",
            &expect![[r#"{"A": "1", "B": "two words", "C": "x=y"}"#]],
        );
        check(r#"{"A": "1"}"#, &expect![[r#"{"A": "1"}"#]]);
        check("A=1\nsecret-value", &expect!["line 2 is not NAME=VALUE"]);
        check("{\"A\": \"1\",\n \"B\": 5}", &expect!["line 2 is not an entry of a JSON object of texts"]);
    }

    #[test]
    fn an_event_comes_from_the_file_or_is_the_sample() {
        let sample = input(None, None, Trigger::PostChangePassword).expect("the sample");
        assert_eq!(sample.keys().collect::<Vec<_>>(), ["user", "context"]);
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("event.json");
        fs::write(&path, "[]").expect("writes");
        let error = input(Some(&path), None, Trigger::PostChangePassword).expect_err("no object");
        assert!(error.to_string().contains("is not an event"), "{error}");
    }
}
