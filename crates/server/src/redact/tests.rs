//! Every form in which a secret could slip out.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hookbox_protocol::report::Level;
use serde_json::json;

use super::*;

const KEY: &str = "SG.s3cr3t/k+y \"ä\" end";

fn redactor_of(secrets: &[(&str, &str)]) -> Redactor {
    Redactor::new(
        secrets.iter().map(|(name, value)| ((*name).to_owned(), SecretValue::new((*value).to_owned()))).collect(),
    )
}

fn redactor() -> Redactor {
    redactor_of(&[("SENDGRID_API_KEY", KEY), ("PIN", "123"), ("OTHER", "SG.s3cr3t")])
}

#[test]
fn every_encoding_of_a_secret_is_masked() {
    let percent = |byte: u8| format!("%{byte:02x}");
    let all_percent: String = "SG.s3cr3t".bytes().map(percent).collect();
    let hex: String = KEY.bytes().map(|byte| format!("{byte:02x}")).collect();
    let forms = [
        KEY.to_owned(),
        hex.clone(),
        hex.to_uppercase(),
        "SG.s3cr3t%2Fk%2By%20%22%C3%A4%22%20end".to_owned(),
        "SG.s3cr3t%2fk%2by%20%22%c3%a4%22%20end".to_owned(),
        "SG.s3cr3t%2Fk%2By+%22%C3%A4%22+end".to_owned(),
        r#"SG.s3cr3t/k+y \"ä\" end"#.to_owned(),
        r#"SG.s3cr3t\/k+y \"ä\" end"#.to_owned(),
        r#"SG.s3cr3t/k+y \"\u00e4\" end"#.to_owned(),
        r#"SG.s3cr3t/k+y \\\"ä\\\" end"#.to_owned(),
    ];
    for form in forms {
        let masked = redactor().text(&format!("<{form}>")).into_owned();
        assert_eq!(masked, "<[secret SENDGRID_API_KEY]>", "{form}");
    }
    assert_eq!(
        redactor().text(&all_percent),
        all_percent,
        "escaping what needs no escape is not an encoding that exists"
    );
}

#[test]
fn base64_is_masked_wherever_the_secret_stands_in_the_encoded_text() {
    for before in ["", "a", "ab", "abc", "user:", "Bearer "] {
        for after in ["", "x", "xy", "xyz"] {
            let whole = format!("{before}{KEY}{after}");
            for encoded in [STANDARD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)] {
                let masked = redactor().text(&encoded).into_owned();
                assert!(masked.contains("[secret SENDGRID_API_KEY]"), "{before}|{after}: {masked}");
                let left = masked.replace("[secret SENDGRID_API_KEY]", "");
                assert!(left.len() <= before.len() * 4 / 3 + after.len() * 4 / 3 + 8, "{before}|{after}: {left}");
            }
        }
    }
}

#[test]
fn the_longest_secret_wins_and_short_ones_are_left_alone() {
    assert_eq!(redactor().text("SG.s3cr3t and 123"), "[secret OTHER] and 123");
    assert_eq!(redactor().text(&format!("{KEY}{KEY}")), "[secret SENDGRID_API_KEY][secret SENDGRID_API_KEY]");
    assert_eq!(redactor_of(&[("A", "")]).text("nothing"), "nothing");
    assert!(matches!(redactor().text("nothing"), Cow::Borrowed(_)));
}

#[test]
fn a_result_is_masked_at_any_depth_keys_included() {
    let mut value = json!({"x": [KEY, 1, null], KEY: {"y": KEY}});
    redactor().value(&mut value);
    let mask = "[secret SENDGRID_API_KEY]";
    assert_eq!(value, json!({"x": [mask, 1, null], mask: {"y": mask}}));
}

#[test]
fn every_part_of_a_report_is_masked() {
    let error = HookError {
        message: format!("401 for {KEY}"),
        name: KEY.to_owned(),
        stack: format!("at {KEY}"),
        properties: json!({"a": [{"b": KEY}]}).as_object().expect("an object").clone(),
        ..HookError::default()
    };
    let outcomes = [
        Outcome::Failed { error },
        Outcome::BadOutput { message: KEY.to_owned() },
        Outcome::Trapped {
            kind: hookbox_protocol::outcome::TrapKind::Unreachable,
            detail: KEY.to_owned(),
            backtrace: vec![KEY.to_owned()],
        },
    ];
    for outcome in outcomes {
        let mut report = Report {
            outcome,
            fuel_used: 1,
            cpu: Duration::ZERO,
            wall: Duration::ZERO,
            memory_bytes_peak: 1,
            logs: vec![LogLine { level: Level::Info, message: KEY.to_owned(), at_ms: 0.0 }],
            log_lines_dropped: 0,
            http: vec![Call {
                method: KEY.to_ascii_uppercase(),
                url: "https://api.example.com/SG.s3cr3t%2Fk%2By%20%22%C3%A4%22%20end".to_owned(),
                status: None,
                error: None,
                wall_ms: 0.0,
                request_bytes: 0,
                response_bytes: 0,
            }],
        };
        redactor().report(&mut report, &RunLimits::default());
        let text = serde_json::to_string(&report).expect("serialises");
        assert!(!text.contains("s3cr3t"), "{text}");
        assert!(text.contains("[secret SENDGRID_API_KEY]"), "{text}");
    }
}

#[test]
fn the_beginning_of_a_secret_goes_where_a_limit_cut_it() {
    let redactor = redactor_of(&[("KEY", "sk_live_Secret0123456789")]);
    let limits = RunLimits { log_line_bytes: 40, ..RunLimits::default() };
    let line = |message: &str| {
        let line = LogLine { level: Level::Info, message: message.to_owned(), at_ms: 0.0 };
        redactor.line(&line, &limits).message
    };
    assert_eq!(line("a line with room that says sk_live"), "a line with room that says sk_live");
    assert_eq!(line("a line that is cut at 40 bytes: sk_live_"), "a line that is cut at 40 bytes: [secret KEY]");
    assert_eq!(line("one that 'ä' would not fit into: sk_li"), "one that 'ä' would not fit into: [secret KEY]");
    assert_eq!(redactor.text("a property: sk_live_Se…"), "a property: [secret KEY]…");
    assert_eq!(redactor.text("nothing of it…"), "nothing of it…");
    let call = |url: String| Call {
        method: "GET".to_owned(),
        url,
        status: None,
        error: None,
        wall_ms: 0.0,
        request_bytes: 0,
        response_bytes: 0,
    };
    let mut report = crate::execution::report_of(Outcome::NeverFinished);
    report.http = vec![call(format!("{:x<2041}sk_live", "http://a/")), call("http://a/sk_live".to_owned())];
    redactor.report(&mut report, &limits);
    assert!(report.http[0].url.ends_with("xxx[secret KEY]"), "{}", report.http[0].url);
    assert_eq!(report.http[1].url, "http://a/sk_live");
}

#[test]
fn a_webhook_a_host_and_a_key_of_many_lines_are_masked_as_they_show_up() {
    let webhook = "https://Hooks.Example.com/services/T000/XXXXsecret?wait=true";
    let pem = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n-----END KEY-----\n";
    let redactor = redactor_of(&[("HOOK", webhook), ("SITE", "SkLiveSecretABC"), ("PEM", pem)]);
    for (text, expected) in [
        ("https://hooks.example.com/services/T000/XXXXsecret", "[secret HOOK]"),
        ("POST /services/T000/XXXXsecret failed", "POST [secret HOOK] failed"),
        ("'skliveseecretabc.example.com' has no address", "'skliveseecretabc.example.com' has no address"),
        ("'sklivesecretabc.example.com' has no address", "'[secret SITE].example.com' has no address"),
        (pem, "[secret PEM]"),
        (pem.trim_end(), "[secret PEM]"),
        ("MIIEvQIBADANBgkq", "[secret PEM]"),
    ] {
        assert_eq!(redactor.text(text), expected);
    }
}
