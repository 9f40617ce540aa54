//! Sealed secrets: what the right host gets, what every other host gets, and what comes back to the guest.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookbox_protocol::http::{CallBudget, OneOrMany, Request};

use super::server::{Server, ok, redirect};
use super::{BUDGET, get, line, loopback_policy, outcome, post, session, with_headers};
use crate::{PLACEHOLDER_PREFIX, Policy, SealedSecret, SealedSecrets, Seals, Session};

/// With everything in it that a path, a query, a form, JSON or XML must write in another way.
const VALUE: &str = "SG.k/y +\"é\"&<1>\\";

/// A run whose secret `KEY` is sealed to `hosts`.
struct Run {
    session: Session,
    placeholder: String,
    misplaced: Arc<Mutex<Vec<String>>>,
}

impl Run {
    fn new(value: &str, hosts: &[&str]) -> Self {
        Self::under(loopback_policy(), value, hosts)
    }

    fn under(policy: Policy, value: &str, hosts: &[&str]) -> Self {
        let hosts = hosts.iter().map(|host| host.parse().expect("a host")).collect();
        let secret = SealedSecret::new("KEY".to_owned(), value.to_owned(), hosts);
        let misplaced: Arc<Mutex<Vec<String>>> = Arc::default();
        let told = Arc::clone(&misplaced);
        let tell = move |misplaced: &crate::Misplaced| {
            told.lock().expect("not poisoned").push(format!("{} {}", misplaced.secret, misplaced.host));
        };
        let seals = Arc::new(SealedSecrets::new(vec![secret])).for_run(Some(Arc::new(tell))).expect("seals");
        let placeholder = only_placeholder(&seals);
        Self { session: session(policy).with_seals(seals), placeholder, misplaced }
    }

    fn misplaced(&self) -> Vec<String> {
        self.misplaced.lock().expect("not poisoned").clone()
    }
}

fn only_placeholder(seals: &Seals) -> String {
    let all: Vec<_> = seals.placeholders().collect();
    let [("KEY", placeholder)] = all[..] else { panic!("{all:?}") };
    placeholder.to_owned()
}

fn last_request(server: &Server) -> String {
    server.requests().pop().expect("a request").1
}

#[tokio::test]
async fn the_value_is_put_in_as_each_place_wants_it() {
    let run = Run::new(VALUE, &["127.0.0.1"]);
    let server = Server::saying("");
    let key = &run.placeholder;
    let typed = |media: &str, body: &str| with_headers(post(&server.url("/"), body), &[("Content-Type", media)]);
    for (request, expected) in [
        (with_headers(get(&server.url("/")), &[("X-Api-Key", &format!("<{key}>"))]), format!("x-api-key: <{VALUE}>")),
        (
            get(&server.url(&format!("/v1/{key}/mail?key={key}&n=1"))),
            "GET /v1/SG.k%2Fy%20%2B%22%C3%A9%22%26%3C1%3E%5C/mail?key=SG.k%2Fy%20%2B%22%C3%A9%22%26%3C1%3E%5C&n=1 HTTP"
                .to_owned(),
        ),
        (
            typed("application/x-www-form-urlencoded", &format!("a=1&key={key}")),
            "a=1&key=SG.k%2Fy+%2B%22%C3%A9%22%26%3C1%3E%5C".to_owned(),
        ),
        (
            typed("application/vnd.api+json; charset=utf-8", &format!("{{\"key\":\"{key}\"}}")),
            r#"{"key":"SG.k/y +\"é\"&<1>\\"}"#.to_owned(),
        ),
        (post(&server.url("/"), &format!(" {{\"key\":\"{key}\"}}")), r#"{"key":"SG.k/y +\"é\"&<1>\\"}"#.to_owned()),
        (typed("text/xml", &format!("<k>{key}</k>")), "<k>SG.k/y +&quot;é&quot;&amp;&lt;1&gt;\\</k>".to_owned()),
        (typed("text/plain", &format!("key is {key}.")), format!("key is {VALUE}.")),
    ] {
        assert_eq!(outcome(&run.session, request).await, "200 ");
        let seen = last_request(&server);
        assert!(seen.contains(&expected) && !seen.contains(PLACEHOLDER_PREFIX), "{expected}\n{seen}");
    }
    assert_eq!(run.misplaced(), [""; 0]);
}

#[tokio::test]
async fn the_value_is_put_into_basic_credentials_and_the_length_is_that_of_the_value() {
    let run = Run::new("pass-word-12", &["127.0.0.1"]);
    let server = Server::saying("");
    let basic = |inside: &str| STANDARD.encode(inside);
    for scheme in ["Basic", "basic"] {
        for padding in ["", "="] {
            let given = format!("{scheme} {}", basic(&format!("user:{}", run.placeholder)).trim_end_matches(padding));
            let request = with_headers(post(&server.url("/"), &run.placeholder), &[("Authorization", &given)]);
            assert_eq!(outcome(&run.session, request).await, "200 ");
            let seen = last_request(&server);
            assert!(seen.contains(&format!("authorization: {scheme} {}\r\n", basic("user:pass-word-12"))), "{seen}");
            assert!(seen.contains("content-length: 12\r\n") && seen.ends_with("\r\n\r\npass-word-12"), "{seen}");
        }
    }
}

#[tokio::test]
async fn another_host_gets_the_placeholder_and_somebody_hears_of_it_once() {
    let run = Run::new(VALUE, &["api.example.com"]);
    let server = Server::saying("");
    let basic = format!("Basic {}", STANDARD.encode(format!("user:{}", run.placeholder)));
    let plain = post(&server.url(&format!("/{}", run.placeholder)), &run.placeholder);
    let request = with_headers(plain, &[("x", &run.placeholder), ("authorization", &basic)]);
    for _ in 0..2 {
        assert_eq!(outcome(&run.session, request.clone()).await, "200 ");
        let seen = last_request(&server);
        assert_eq!(seen.matches(&run.placeholder).count(), 3, "{seen}");
        assert!(seen.contains(&basic), "{seen}");
    }
    assert_eq!(run.misplaced(), ["KEY 127.0.0.1"]);
}

#[tokio::test]
async fn a_redirect_to_another_host_carries_the_placeholder_also_where_the_address_repeats_the_value() {
    let other = Server::saying("elsewhere");
    let port = other.port();
    let policy = Policy {
        resolve: vec![format!("other.example=127.0.0.1:{port}").parse().expect("an override")],
        ..loopback_policy()
    };
    let run = Run::under(policy, "secret-value-1", &["127.0.0.1"]);
    // It sends on to the other host what it was asked with, in lower and in upper case.
    let server = Server::answering(|request| {
        let path = request.split_whitespace().nth(1).unwrap_or_default();
        redirect(307, &format!("http://other.example{path}&again=SECRET-VALUE-1"))
    });
    let url = server.url(&format!("/?key={}", run.placeholder));
    let request = Request { redirect: 1, ..post(&url, &run.placeholder) };
    assert_eq!(outcome(&run.session, request).await, "200 elsewhere");
    assert!(last_request(&server).contains("/?key=secret-value-1"), "{}", last_request(&server));
    let seen = last_request(&other);
    assert_eq!(seen.matches(&run.placeholder).count(), 3, "{seen}");
    assert!(!seen.to_ascii_lowercase().contains("secret-value"), "{seen}");
    assert_eq!(run.misplaced(), ["KEY other.example"]);
}

#[tokio::test]
async fn an_answer_that_repeats_the_value_shows_the_placeholder() {
    let run = Run::new("secret-value-1", &["127.0.0.1"]);
    let server = Server::answering(|request| {
        let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let hex: String = body.bytes().map(|byte| format!("{byte:02x}")).collect();
        let all = format!("{body} {} {} {hex}", STANDARD.encode(body), STANDARD.encode(format!("u:{body}")));
        format!("HTTP/1.1 200 OK\r\nX-Echo: {body}\r\nX-{body}: 1\r\nContent-Length: {}\r\n\r\n{all}", all.len())
            .into_bytes()
    });
    let answer = run.session.send(post(&server.url("/"), &run.placeholder), BUDGET).await.expect("an answer");
    let body = String::from_utf8(answer.body.clone()).expect("text");
    assert_eq!(body.matches(&run.placeholder).count(), 4, "{body}");
    assert_eq!(answer.headers["x-echo"], std::slice::from_ref(&run.placeholder));
    assert_eq!(answer.headers["content-length"], [body.len().to_string()]);
    assert!(answer.headers.contains_key(&format!("x-{}", run.placeholder)), "{:?}", answer.headers);
    assert!(!format!("{answer:?}").to_ascii_lowercase().contains("secret-value"), "{answer:?}");
}

#[tokio::test]
async fn a_host_that_cannot_know_the_value_is_no_judge_of_guesses() {
    let other = Server::answering(|_| ok("guess secret-value-1"));
    let port = other.port();
    let policy = Policy {
        resolve: vec![format!("other.example=127.0.0.1:{port}").parse().expect("an override")],
        ..loopback_policy()
    };
    let server = Server::answering(move |request| {
        let path = request.split_whitespace().nth(1).unwrap_or_default();
        redirect(307, &format!("http://other.example{path}"))
    });
    let run = Run::under(policy, "secret-value-1", &["127.0.0.1"]);
    let guessed = "200 guess secret-value-1";
    assert_eq!(outcome(&run.session, get("http://other.example/")).await, guessed);
    assert_eq!(outcome(&run.session, post("http://other.example/", &run.placeholder)).await, guessed);
    let led_to = |path: &str| Request { redirect: 1, ..get(&server.url(path)) };
    assert_eq!(outcome(&run.session, led_to("/")).await, guessed, "who led there was not told the value");
    let told = outcome(&run.session, led_to(&format!("/{}", run.placeholder))).await;
    assert_eq!(told, format!("200 guess {}", run.placeholder), "who led there was");
}

#[tokio::test]
async fn limits_hold_for_what_is_sent_and_for_what_the_guest_sees() {
    let server = Server::answering(|_| ok("abcd"));
    let long = "v".repeat(8_000);
    let run = Run::new(&long, &["127.0.0.1"]);
    let small = CallBudget { request_bytes: 7_999, ..BUDGET };
    let over = line(&run.session.send(post(&server.url("/"), &run.placeholder), small).await);
    assert_eq!(over, "too_large: the request's body has 8000 bytes with its sealed secrets; the most is 7999");
    let headers = [("a", OneOrMany::Many(vec![run.placeholder.clone(); 3]))];
    let headers = headers.into_iter().map(|(name, values)| (name.to_owned(), values)).collect();
    let over = outcome(&run.session, Request { headers, ..get(&server.url("/")) }).await;
    assert!(over.starts_with("too_large: the request's headers are over the limit"), "{over}");
    let path = format!("/{0}{0}{0}", run.placeholder);
    let over = outcome(&run.session, get(&server.url(&path))).await;
    assert_eq!(over, "invalid: the address has over 16384 bytes with its sealed secrets");
    assert_eq!(server.requests().len(), 0);

    let run = Run::new("abcd", &["127.0.0.1"]);
    let small = CallBudget { response_bytes: 10, ..BUDGET };
    let over = line(&run.session.send(get(&server.url("/")), small).await);
    assert_eq!(over, "too_large: the answer of '127.0.0.1' is over 10 bytes, the limit");
}

#[tokio::test]
async fn a_value_that_cannot_be_sent_or_hidden_is_refused_without_being_named() {
    let server = Server::saying("");
    for (value, expected) in [
        ("11-byte-val", "invalid: the sealed secret 'KEY' has fewer than 12 bytes"),
        ("a value with a line\nbreak", "invalid: the sealed secret in header 'x' holds a line break"),
    ] {
        let run = Run::new(value, &["127.0.0.1"]);
        let request = with_headers(get(&server.url("/")), &[("x", &run.placeholder)]);
        let seen = outcome(&run.session, request).await;
        assert!(seen.starts_with(expected), "{seen}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn placeholders_are_of_one_form_and_never_the_same() {
    let secrets = || vec![SealedSecret::new("KEY".to_owned(), "value".to_owned(), Vec::new())];
    let shared = Arc::new(SealedSecrets::new(secrets()));
    let placeholder = || only_placeholder(&shared.for_run(None).expect("seals"));
    let (one, two) = (placeholder(), placeholder());
    assert_ne!(one, two);
    assert_eq!((one.len(), one.starts_with(PLACEHOLDER_PREFIX)), (47, true));
    assert!(!format!("{:?}", secrets()).contains("value\""), "{:?}", secrets());
}
