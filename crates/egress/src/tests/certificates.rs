//! TLS: which certificates are taken, and for which name.

use std::time::Duration;

use rcgen::CertificateParams;
use rustls::ServerConfig;

use super::server::{Authority, Server, ok, self_signed, wait_for_end};
use super::{get, outcome, session};
use crate::Policy;
use crate::resolve::SystemLookup;
use crate::session::Times;

fn policy(server: &Server, authority: &Authority) -> Policy {
    let resolve = vec![format!("api.example={}", server.address).parse().expect("an override")];
    Policy { resolve, extra_ca_pem: vec![authority.pem()], ..Policy::default() }
}

async fn outcome_with(tls: ServerConfig, authority: &Authority) -> String {
    let server = Server::answering_tls(tls, |_| ok("secure"));
    let seen = outcome(&session(policy(&server, authority)), get("https://api.example/")).await;
    if !seen.starts_with("200") {
        assert!(server.requests().is_empty(), "nothing is sent before the certificate is checked");
    }
    seen
}

fn in_year(year: i32) -> impl FnOnce(&mut CertificateParams) {
    move |params| {
        params.not_before = rcgen::date_time_ymd(year, 1, 1);
        params.not_after = rcgen::date_time_ymd(year, 2, 1);
    }
}

#[tokio::test]
async fn a_certificate_is_checked_by_authority_name_and_time() {
    let authority = Authority::new();
    let why = |reason| format!("tls: no TLS connection to 'api.example': its certificate {reason}");
    let check = async |tls, expected: String| assert_eq!(outcome_with(tls, &authority).await, expected);
    check(authority.server("api.example", |_| ()), "200 secure".to_owned()).await;
    check(authority.server("other.example", |_| ()), why("is not for this name")).await;
    check(authority.server("127.0.0.1", |_| ()), why("is not for this name")).await;
    check(authority.server("api.example", in_year(2020)), why("has expired")).await;
    check(authority.server("api.example", in_year(2400)), why("is not valid yet")).await;
    check(self_signed("api.example"), why("is not signed by a known authority")).await;
    check(Authority::new().server("api.example", |_| ()), why("is not signed by a known authority")).await;
}

#[tokio::test]
async fn an_overridden_host_keeps_its_name_for_the_certificate_at_any_port() {
    let authority = Authority::new();
    let server = Server::answering_tls(authority.server("api.example", |_| ()), |_| ok("secure"));
    let session = session(policy(&server, &authority));
    for (index, url) in
        ["https://api.example/", "https://api.example:8443/", "https://API.example.:1/"].iter().enumerate()
    {
        let seen = outcome(&session, get(url)).await;
        if index == 2 {
            assert!(seen.starts_with("blocked: port 1 "), "{seen}");
        } else {
            assert_eq!(seen, "200 secure", "{url}");
        }
    }
    let authorities: Vec<bool> =
        server.requests().iter().map(|(_, text)| text.contains("host: api.example:8443\r\n")).collect();
    assert_eq!(authorities, [false, true]);
}

#[tokio::test]
async fn an_old_version_of_tls_is_refused() {
    // A ServerHello for TLS 1.0 with a cipher suite that both sides could once agree on.
    let hello = {
        let mut body = vec![2, 0, 0, 38, 3, 1];
        body.extend([7; 32]);
        body.extend([0, 0, 0x2f, 0]);
        let mut record = vec![22, 3, 1, 0, u8::try_from(body.len()).expect("short")];
        record.extend(body);
        record
    };
    let server = Server::serving(move |stream, _| {
        if stream.write_all(&hello).is_ok() {
            wait_for_end(stream);
        }
    });
    let seen = outcome(&session(policy(&server, &Authority::new())), get("https://api.example/")).await;
    assert_eq!(seen, "tls: no TLS connection to 'api.example': the handshake failed");
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_a_failed_handshake() {
    let server = Server::serving(|stream, _| {
        if stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").is_ok() {
            wait_for_end(stream);
        }
    });
    let seen = outcome(&session(policy(&server, &Authority::new())), get("https://api.example/")).await;
    assert_eq!(seen, "tls: no TLS connection to 'api.example': the handshake failed");
}

#[tokio::test]
async fn a_server_that_asks_for_the_clients_certificate_gets_none() {
    let authority = Authority::new();
    let tls = authority.server_asking_for_certificates("api.example");
    assert_eq!(outcome_with(tls, &authority).await, "tls: no TLS connection to 'api.example': the handshake failed");
}

#[tokio::test]
async fn a_handshake_that_stalls_ends_at_the_time_limit_for_connections() {
    let server = Server::serving(|stream, _| wait_for_end(stream));
    let times = Times { connect: Duration::from_millis(200), ..Times::default() };
    let egress =
        crate::Egress::with(policy(&server, &Authority::new()), Box::new(SystemLookup), times).expect("a policy");
    let session = egress.session(hookbox_protocol::TenantId(1), None);
    let seen = outcome(&session, get("https://api.example/")).await;
    assert_eq!(seen, "timeout: no connection to 'api.example' within 200 ms");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_public_authority_does_not_vouch_for_a_private_host() {
    let authority = Authority::new();
    let server = Server::answering_tls(authority.server("api.example", |_| ()), |_| ok("secure"));
    let without_ca = Policy { extra_ca_pem: Vec::new(), ..policy(&server, &authority) };
    let seen = outcome(&session(without_ca), get("https://api.example/")).await;
    assert_eq!(seen, "tls: no TLS connection to 'api.example': its certificate is not signed by a known authority");
}
