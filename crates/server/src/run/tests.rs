//! Local runs: the same input, masking and refusals as on a daemon.

use std::sync::{Arc, Mutex};

use hookbox_egress::Policy;
use hookbox_protocol::Outcome;
use serde_json::json;

use super::*;
use crate::testing::{echoes, event, prints_input};

async fn run(wasm: Bytes, input: &Value, logs: Option<LogTap>) -> Result<Report, LocalRunError> {
    let runtime = Runtime::new(hookbox_runtime::Settings::default()).expect("a sandbox");
    let run = LocalRun {
        trigger: Trigger::PostChangePassword,
        code: LocalCode::Module(wasm),
        input: input.as_object().expect("an object").clone(),
        secrets: vec![("KEY".to_owned(), "very-secret".to_owned())],
        limits: RunLimits::default(),
        allowed_hosts: None,
        logs,
    };
    run.run(&runtime, &Egress::new(Policy::default()).expect("a way out"), None).await
}

#[tokio::test]
async fn a_local_run_has_the_input_of_a_delivery_and_shows_no_secret() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let tap: LogTap = Arc::new({
        let heard = Arc::clone(&heard);
        move |line| heard.lock().expect("not poisoned").push(line.message.clone())
    });
    let report = run(prints_input(), &event("u1"), Some(tap)).await.expect("runs");
    let heard = heard.lock().expect("not poisoned").clone();
    assert_eq!(heard, [report.logs[0].message.clone()], "heard while it ran");
    let printed: Value = serde_json::from_str(&heard[0]).expect("JSON");
    assert_eq!(printed["user"], event("u1")["user"]);
    assert_eq!(printed["context"]["webtask"]["secrets"], json!({"KEY": "[secret KEY]"}));

    let report = run(echoes("post_change_password"), &event("u1"), None).await.expect("runs");
    let Outcome::Completed { value } = report.outcome else { panic!("{report:?}") };
    assert_eq!(value["context"]["webtask"]["secrets"], json!({"KEY": "[secret KEY]"}));
}

#[tokio::test]
async fn what_an_upload_would_refuse_is_refused_here() {
    let refused = run(echoes("send_phone_message"), &event("u1"), None).await.expect_err("another export");
    assert!(
        matches!(&refused, LocalRunError::Refused(refusal) if refusal.message.contains("post_change_password")),
        "{refused}"
    );
    let refused = run(echoes("post_change_password"), &json!({"context": {}}), None).await.expect_err("no user");
    assert!(matches!(refused, LocalRunError::Input(_)), "{refused}");
}
