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
                method: "GET".to_owned(),
                url: "https://api.example.com/SG.s3cr3t%2Fk%2By%20%22%C3%A4%22%20end".to_owned(),
                status: None,
                error: None,
                wall_ms: 0.0,
                request_bytes: 0,
                response_bytes: 0,
            }],
        };
        redactor().report(&mut report);
        let text = serde_json::to_string(&report).expect("serialises");
        assert!(!text.contains("s3cr3t"), "{text}");
        assert!(text.contains("[secret SENDGRID_API_KEY]"), "{text}");
    }
}

#[test]
fn what_is_searched_with_is_not_far_larger_than_the_secrets() {
    // As long and as many as a hook can have, each of other letters.
    let letter =
        |secret: usize, at: usize| char::from(b"abcdefghijklmnopqrstuvw"[(at * at + at * secret + secret) % 23]);
    let value = |secret: usize| (0..4_096).map(|at| letter(secret, at)).collect::<String>();
    let secrets: Vec<_> = (0..20).map(|n| (format!("S{n}"), SecretValue::new(value(n)))).collect();
    let search = Search::build(&secrets).expect("there are secrets");
    let bytes = search.patterns.memory_usage();
    assert!(bytes < 32 << 20, "{bytes} bytes for 20 secrets of 4 KiB");
}
