//! Every form in which a value could slip out.

use base64::engine::general_purpose::STANDARD;

use super::*;

const VALUE: &str = "SG.k/y+\"é\"&x <1>";

fn is_found(value: &str, text: &str) -> bool {
    Search::new([value]).is_some_and(|search| search.replace(text.as_bytes(), End::Whole, |_| true, |_| "").is_some())
}

#[test]
fn a_value_is_found_in_each_of_its_forms() {
    for text in [
        VALUE.to_owned(),
        format!("<{}>", VALUE.to_uppercase().replace('É', "é")),
        format!("k={}", percent(VALUE.as_bytes(), UNRESERVED)),
        format!("k={}", percent(VALUE.as_bytes(), FORM).to_lowercase().replace("%20", "+")),
        "SG.k/y+\\\"\\u00e9\\\"&x <1>".to_owned(),
        r#"SG.k\/y+\"é\"&x <1>"#.to_owned(),
        r#"SG.k/y+\\\"é\\\"&x <1>"#.to_owned(),
        "SG.k/y+&quot;é&quot;&amp;x &lt;1&gt;".to_owned(),
        hex(VALUE.as_bytes()).to_uppercase(),
        format!("next={}", percent(percent(VALUE.as_bytes(), UNRESERVED).as_bytes(), UNRESERVED)),
        "https://api.example.com/v1/SG.k/y+%22%C3%A9%22&x%20%3C1%3E/mail".to_owned(),
        "<Buffer 53 47 2e 6b 2f 79 2b 22 c3 a9 22 26 78 20 3c 31 3e>".to_owned(),
        format!("{{\"type\":\"Buffer\",\"data\":{:?}}}", VALUE.as_bytes()).replace(", ", ","),
    ] {
        assert!(is_found(VALUE, &text), "{text}");
    }
    for before in ["", "a", "ab", "abc"] {
        for after in ["", "x", "xy"] {
            let text = format!("{before}{VALUE}{after}");
            assert!(is_found(VALUE, &STANDARD.encode(&text)), "{text}");
            assert!(is_found(VALUE, &URL_SAFE_NO_PAD.encode(&text)), "{text}");
        }
    }
    assert!(!is_found(VALUE, "nothing of it"));
    let long = "0123456789".repeat(9);
    assert!(is_found(&long, &format!("<Buffer{} ... 40 more bytes>", " 30 31 32 33 34 35 36 37 38 39".repeat(5))));
}

#[test]
fn a_short_value_is_not_looked_for() {
    assert!(!is_found("abc", "abc") && is_found("abcd", "abcd"));
    assert!(is_found("\n  abc  \n", "\n  abc  \n") && !is_found("\n  abc  \n", "abc"));
}

#[test]
fn an_address_is_found_as_addresses_are_normalised_and_shown() {
    let webhook = "https://Hooks.Example.com:443/services/T0 1/XXXXsecret?wait=true#x";
    for text in [
        "https://hooks.example.com/services/T0%201/XXXXsecret",
        "https://hooks.example.com/services/T0%201/XXXXsecret?wait=true",
        "https://Hooks.Example.com:443/services/T0 1/XXXXsecret",
        "POST /services/T0%201/XXXXsecret",
        "/services/T0%201/XXXXsecret?wait=true",
    ] {
        assert!(is_found(webhook, text), "{text}");
    }
    for (value, text, expected) in [
        ("https://discord.example/api/TOKENtoken/\n", "https://discord.example/api/TOKENtoken", true),
        ("services/T0/XXXXsecret?wait=1", "https://hooks.example.com/services/T0/XXXXsecret", true),
        ("/a key/of parts", "https://api.example.com/a%20key/of%20parts", true),
        ("https://api:s3cr3t-pass@db.example.com/", "s3cr3t-pass", true),
        ("https://api.example.com/?key=TOKENtoken", "https://api.example.com/v1", false),
        ("https://api.example.com/?key=TOKENtoken", "GET /?key=TOKENtoken", true),
        ("https://api.example.com", "https://api.example.com/v1", true),
        ("https://api.example.com/v1", "GET /v1", false),
    ] {
        assert_eq!(is_found(value, text), expected, "{value} in {text}");
    }
}

#[test]
fn a_text_of_several_lines_is_found_line_by_line_and_without_what_is_around_it() {
    let pem = "-----BEGIN KEY-----\r\nMIIEvQIBADANBgkq\nBKcwggSjAgEA\nshort\n-----END KEY-----\n";
    for (text, expected) in [
        (pem, true),
        (pem.trim(), true),
        ("MIIEvQIBADANBgkq", true),
        ("key: -----BEGIN KEY-----", true),
        ("BKcwggSjAgEA\r", true),
        ("short", false),
    ] {
        assert_eq!(is_found(pem, text), expected, "{text}");
    }
    let account = r#"{"private_key": "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n-----END KEY-----\n", "id": 1}"#;
    assert!(is_found(account, "MIIEvQIBADANBgkq"), "a parsed service account has lines of its own");
    assert!(is_found("key-of-9\n", &STANDARD.encode("user:key-of-9")));
}
