//! The stand-in as a hook meets it: over TLS, under the real name.

use reqwest::Certificate;
use serde_json::{Value, json};

use super::*;

async fn post(sendgrid: &SendGrid, path: &str, key: &str, body: &Value) -> (u16, String) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let ca = Certificate::from_pem(sendgrid.ca_pem().as_bytes()).expect("a certificate");
    let client =
        reqwest::Client::builder().tls_certs_only([ca]).resolve(HOST, sendgrid.address).build().expect("client");
    let url = format!("https://{HOST}:{}{path}", sendgrid.address.port());
    let request = client.post(url).bearer_auth(key).body(body.to_string());
    let answer = request.send().await.expect("the certificate is for the real name");
    (answer.status().as_u16(), answer.text().await.expect("a body"))
}

#[tokio::test]
async fn it_takes_mails_as_sendgrid_does_and_refuses_in_its_form() {
    let sendgrid = SendGrid::start().await.expect("starts");
    let (path, key) = ("/v3/mail/send", sendgrid.api_key());
    let mail = json!({
        "personalizations": [{ "to": [{ "email": "user1@example.com" }] }],
        "from": { "email": "admin@example.com" },
        "subject": "Your password was changed",
        "content": [{ "type": "text/plain", "value": "It was." }],
    });
    assert_eq!(post(&sendgrid, path, key, &mail).await, (202, String::new()));
    assert_eq!(sendgrid.next_mail().await.map(|mail| mail.to).as_deref(), Some("user1@example.com"));

    for (path, key, body, status, message) in [
        (path, "SG.another", &mail, 401, "authorization grant is invalid"),
        (path, key, &json!({}), 400, "personalizations field is required"),
        ("/v3/other", key, &mail, 404, "not found"),
    ] {
        let (found, text) = post(&sendgrid, path, key, body).await;
        assert_eq!(found, status, "{text}");
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        assert!(answer["errors"][0]["message"].as_str().is_some_and(|text| text.contains(message)), "{text}");
    }

    sendgrid.set_revoked(true);
    assert_eq!(post(&sendgrid, path, key, &mail).await.0, 401);
    sendgrid.set_revoked(false);
    assert_eq!(post(&sendgrid, path, key, &mail).await.0, 202);
}
