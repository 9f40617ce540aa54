//! Which servers a hook reaches, under which policy.

use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;

use hookbox_protocol::TenantId;
use hookbox_protocol::http::Request;

use super::names::Names;
use super::server::{Authority, Server, ok, read_request, redirect};
use super::{get, loopback_policy, outcome, session};
use crate::session::Times;
use crate::{Egress, Policy, Session};

fn session_with(policy: Policy, names: &Names) -> Session {
    let egress = Egress::with(policy, Box::new(names.clone()), Times::default()).expect("a policy");
    egress.session(TenantId(1), None)
}

/// A server at 127.0.0.2, at the same port as another one.
fn other_loopback(port: u16) -> Server {
    Server::at(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), port, None, |stream, record| {
        while let Some(request) = read_request(stream) {
            record(request);
            if stream.write_all(&ok("inner")).is_err() {
                return;
            }
        }
    })
}

#[tokio::test]
async fn every_way_to_write_a_loopback_address_is_blocked_in_the_same_words() {
    let server = Server::saying("inner");
    let session = session(Policy::default());
    let port = server.port();
    let hosts = [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("%31%32%37.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("①②⑦.0.0.1", "127.0.0.1"),
        ("127。0。0。1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("[::1]", "[::1]"),
        ("[::]", "[::]"),
        ("[::ffff:7f00:1]", "[::ffff:7f00:1]"),
        ("[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
        ("[::127.0.0.1]", "[::7f00:1]"),
        ("[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]"),
        ("[2002:7f00:1::]", "[2002:7f00:1::]"),
        ("localhost", "localhost"),
        ("LOCALHOST.", "localhost"),
        ("ⓛocalhost", "localhost"),
    ];
    for (host, shown) in hosts {
        let expected = format!("blocked: '{shown}' is not a public address; an operator can open it");
        assert_eq!(outcome(&session, get(&format!("http://{host}:{port}/"))).await, expected, "{host}");
        assert_eq!(outcome(&session, get(&format!("https://{host}:{port}/"))).await, expected, "{host}");
    }
    let user = outcome(&session, get(&format!("http://good.example@127.0.0.1:{port}/"))).await;
    assert!(user.starts_with("blocked: a user name"), "{user}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_name_is_refused_as_a_whole_if_one_of_its_addresses_is_forbidden() {
    let server = Server::saying("inner");
    let names = Names::default()
        .with("inner.example", "10.0.0.1")
        .with("mixed.example", "8.8.8.8 127.0.0.1")
        .with("mixed6.example", "2606:4700:4700::1111 fd00::1")
        .with("mapped.example", "::ffff:127.0.0.1")
        .with("many.example", &format!("{} 127.0.0.1", "8.8.8.8 ".repeat(1000)))
        .with("empty.example", "");
    let session = session_with(Policy::default(), &names);
    for host in ["inner.example", "mixed.example", "mixed6.example", "mapped.example", "many.example"] {
        let expected = format!("blocked: '{host}' is not a public address; an operator can open it");
        assert_eq!(outcome(&session, get(&format!("http://{host}:{}/", server.port()))).await, expected);
    }
    for host in ["empty.example", "unknown.example"] {
        assert_eq!(outcome(&session, get(&format!("http://{host}/"))).await, format!("dns: '{host}' has no address"));
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_connection_goes_to_the_address_that_was_checked_although_the_name_changes() {
    let public = Server::saying("public");
    let inner = other_loopback(public.port());
    let names = Names::default().with("rebinding.example", "127.0.0.1|127.0.0.2|127.0.0.1|127.0.0.1 127.0.0.2");
    let session = session_with(loopback_policy(), &names);
    let url = format!("http://rebinding.example:{}/", public.port());
    let blocked = "blocked: 'rebinding.example' is not a public address; an operator can open it";
    for (lookups, expected) in [(1, "200 public"), (2, blocked), (3, "200 public"), (4, blocked), (5, blocked)] {
        assert_eq!(outcome(&session, get(&url)).await, expected);
        assert_eq!(names.lookups(), lookups, "one lookup for each call");
    }
    assert_eq!(inner.connections(), 0);
}

#[tokio::test]
async fn a_name_that_moved_is_called_where_it_is_now_although_a_connection_was_kept() {
    let before = Server::saying("before");
    let _after = other_loopback(before.port());
    let names = Names::default().with("moving.example", "127.0.0.1|127.0.0.1|127.0.0.2");
    let policy = Policy { allow: vec!["127.0.0.0/8".parse().expect("a network")], ..Policy::default() };
    let session = session_with(policy, &names);
    let url = format!("http://moving.example:{}/", before.port());
    for expected in ["200 before", "200 before", "200 inner"] {
        assert_eq!(outcome(&session, get(&url)).await, expected);
    }
    assert_eq!(before.connections(), 1);
}

#[tokio::test]
async fn a_name_that_alternates_a_thousand_times_never_gets_through() {
    let public = Server::saying("public");
    let inner = other_loopback(public.port());
    let names = Names::default().with("rebinding.example", &"127.0.0.1|127.0.0.2|".repeat(1000));
    let session = session_with(loopback_policy(), &names);
    let url = format!("http://rebinding.example:{}/", public.port());
    let mut answered = 0;
    for _ in 0..2000 {
        answered += usize::from(outcome(&session, get(&url)).await == "200 public");
    }
    assert_eq!((answered, inner.connections()), (1000, 0));
}

#[tokio::test]
async fn addresses_that_are_allowed_as_well_are_reached_by_name_and_by_literal() {
    let server = Server::saying("hello");
    let names = Names::default().with("two.example", "127.0.0.1 127.0.0.3");
    let policy = Policy { allow: vec!["127.0.0.0/8".parse().expect("a network")], ..Policy::default() };
    let session = session_with(policy, &names);
    for host in ["two.example", "127.1", "[::ffff:127.0.0.1]"] {
        let url = format!("http://{host}:{}/", server.port());
        assert_eq!(outcome(&session, get(&url)).await, "200 hello", "{host}");
    }
}

#[tokio::test]
async fn deny_is_stronger_than_allow() {
    let server = Server::saying("inner");
    let policy = Policy { deny: vec!["127.0.0.0/8".parse().expect("a network")], ..loopback_policy() };
    let seen = outcome(&session(policy), get(&server.url("/"))).await;
    assert_eq!(seen, "blocked: '127.0.0.1' is not a public address; an operator can open it");
}

#[tokio::test]
async fn an_override_leads_to_loopback_while_loopback_itself_stays_blocked() {
    let server = Server::saying("hello");
    let port = server.port();
    let resolve = [
        format!("any.example={}", server.address),
        format!("one.example:8080={}", server.address),
        format!("203.0.113.9:8081={}", server.address),
    ];
    let resolve = resolve.iter().map(|text| text.parse().expect("an override")).collect();
    let session = session(Policy { resolve, ..Policy::default() });
    let reached = [
        ("http://any.example/", "any.example"),
        ("http://any.example:80/", "any.example"),
        ("http://any.example:9999/", "any.example:9999"),
        ("http://one.example:8080/", "one.example:8080"),
        ("http://203.0.113.9:8081/", "203.0.113.9:8081"),
    ];
    for (index, (url, authority)) in reached.into_iter().enumerate() {
        assert_eq!(outcome(&session, get(url)).await, "200 hello", "{url}");
        let seen = &server.requests()[index].1;
        assert!(seen.starts_with("GET / HTTP/1.1\r\n") && seen.contains(&format!("host: {authority}\r\n")), "{seen}");
    }
    for url in [server.url("/"), format!("http://203.0.113.9:{port}/")] {
        assert!(outcome(&session, get(&url)).await.starts_with("blocked:"), "{url}");
    }
    assert_eq!(server.requests().len(), reached.len());
}

#[tokio::test]
async fn two_ports_of_an_overridden_host_are_two_origins() {
    let server = Server::saying("hello");
    let resolve = vec![format!("a.example={}", server.address).parse().expect("an override")];
    let session = session(Policy { resolve, ..Policy::default() });
    for url in ["http://a.example:8001/", "http://a.example:8002/", "http://a.example:8001/"] {
        assert_eq!(outcome(&session, get(url)).await, "200 hello");
    }
    let connections: Vec<usize> = server.requests().into_iter().map(|(connection, _)| connection).collect();
    assert_eq!(connections, [0, 1, 0]);
}

#[tokio::test]
async fn a_hooks_own_hosts_hold_for_each_redirect_and_on_kept_connections() {
    let server = Server::answering(|request| match request.starts_with("GET /away") {
        true => redirect(302, "http://b.example/"),
        false => ok("hello"),
    });
    let resolve = ["a.example", "b.example"].map(|host| format!("{host}={}", server.address));
    let resolve = resolve.iter().map(|text| text.parse().expect("an override")).collect();
    let egress = Egress::new(Policy { resolve, ..Policy::default() }).expect("a policy");
    let free = egress.session(TenantId(1), None);
    let bound = egress.session(TenantId(1), Some(vec!["a.example".parse().expect("a pattern")]));
    let away = || Request { redirect: 1, ..get("http://a.example/away") };
    assert_eq!(outcome(&free, away()).await, "200 hello");
    let refused = "blocked: 'b.example' is not among the hook's allowed_hosts";
    assert_eq!(outcome(&bound, away()).await, refused);
    assert_eq!(outcome(&bound, get("http://b.example/")).await, refused);
    assert_eq!(outcome(&bound, get("http://a.example/")).await, "200 hello");
}

/// Called by the next test as well, in a process whose environment names proxies.
#[tokio::test]
async fn a_call_goes_straight_to_its_host() {
    let server = Server::saying("direct");
    let resolve = vec![format!("a.example={}", server.address).parse().expect("an override")];
    let session = session(Policy { resolve, ..loopback_policy() });
    assert_eq!(outcome(&session, get("http://a.example/")).await, "200 direct");
    assert_eq!(outcome(&session, get(&server.url("/"))).await, "200 direct");
}

#[tokio::test]
async fn a_proxy_in_the_environment_is_ignored() {
    let proxy = Server::saying("proxied");
    let mut command = Command::new(std::env::current_exe().expect("this test's own file"));
    command.args(["--exact", "tests::reach::a_call_goes_straight_to_its_host"]);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, proxy.url("/"));
    }
    let output = command.env("NO_PROXY", "").output().expect("runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn an_operators_proxy_gets_the_calls_whose_target_passes_the_guard() {
    let proxy = Server::answering(|request| match request.starts_with("CONNECT") {
        true => b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".to_vec(),
        false => ok("proxied"),
    });
    let direct = Server::saying("direct");
    let names = Names::default()
        .with("public.example", "8.8.8.8")
        .with("inner.example", "10.0.0.1")
        .with("proxy.example", "127.0.0.1");
    let policy = Policy {
        proxy: Some(format!("http://user:pw@proxy.example:{}", proxy.port()).parse().expect("an address")),
        resolve: vec![format!("over.example={}", direct.address).parse().expect("an override")],
        ..Policy::default()
    };
    let session = session_with(policy, &names);
    assert_eq!(outcome(&session, get("http://public.example:8080/a")).await, "200 proxied");
    assert!(outcome(&session, get("http://inner.example/")).await.starts_with("blocked:"));
    assert_eq!(outcome(&session, get("http://over.example/")).await, "200 direct");
    let tunnel = outcome(&session, get("https://public.example/")).await;
    assert_eq!(tunnel, "connect/refused: no connection to 'public.example'");
    let lines: Vec<String> =
        proxy.requests().iter().map(|(_, request)| request.lines().next().unwrap_or_default().to_owned()).collect();
    assert_eq!(lines, ["GET http://public.example:8080/a HTTP/1.1", "CONNECT public.example:443 HTTP/1.1"]);
    assert!(proxy.requests()[0].1.contains("proxy-authorization: Basic dXNlcjpwdw==\r\n"));
}

#[tokio::test]
async fn a_proxy_without_an_address_is_not_named_to_the_hook() {
    let names = Names::default().with("public.example", "8.8.8.8");
    let proxy = Some("http://inner-proxy.example:3128".parse().expect("an address"));
    let seen =
        outcome(&session_with(Policy { proxy, ..Policy::default() }, &names), get("http://public.example/")).await;
    assert_eq!(seen, "connect/refused: no connection to 'public.example'");
}

#[test]
fn a_policy_that_cannot_be_used_is_refused() {
    let refused = |policy| Egress::new(policy).err().expect("refused").to_string();
    for (pem, reason) in [
        (&b""[..], "there is no certificate in it"),
        (b"hello", "there is no certificate in it"),
        (b"-----BEGIN CERTIFICATE-----\n?", "it is not PEM"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "invalid peer certificate"),
    ] {
        let extra_ca_pem = vec![Authority::new().pem(), pem.to_vec()];
        let error = refused(Policy { extra_ca_pem, ..Policy::default() });
        assert!(
            error.starts_with("certificate authority number 2 cannot be used") && error.contains(reason),
            "{error}"
        );
    }
    for (url, reason) in [("socks5://a:1", "'socks5' is not http or https"), ("http://a/b", "'/b' follows its host")] {
        let error = refused(Policy { proxy: Some(url.parse().expect("an address")), ..Policy::default() });
        assert!(error.contains(reason), "{error}");
    }
}
