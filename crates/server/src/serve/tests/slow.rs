//! Clients that take nothing, and those that take all places.

use std::time::Instant;

use super::*;

/// Asks for the same large answer again and again, and reads none of them.
async fn stalled(daemon: &Daemon, from: [u8; 4]) -> TcpStream {
    let mut stream = connect_from(daemon, from).await;
    let calls = "GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(100);
    stream.write_all(calls.as_bytes()).await.expect("written");
    stream
}

async fn connect_from(daemon: &Daemon, from: [u8; 4]) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(2_048).expect("a small buffer");
    socket.bind(SocketAddr::from((from, 0))).expect("an address of this machine");
    socket.connect(daemon.address).await.expect("a connection")
}

#[tokio::test]
async fn who_does_not_take_his_answers_loses_the_connection() {
    let http = HttpSettings { send_grace: Duration::from_millis(300), ..HttpSettings::default() };
    let daemon = Daemon::start(http, None).await;
    let stream = stalled(&daemon, [127, 0, 0, 1]).await;
    // The other half stays open: that the daemon cut it is seen by writing.
    let (_unread, mut write) = stream.into_split();
    let cut = async {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        while write.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.is_ok() {
            tick.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), cut).await.expect("the connection is cut");
    daemon.end().await;
}

#[tokio::test]
async fn who_takes_all_places_makes_room_for_others() {
    let http = HttpSettings { connections_max: 3, connections_per_ip_max: 3, ..HttpSettings::default() };
    let daemon = Daemon::start(http, None).await;
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.push(stalled(&daemon, [127, 0, 0, 1]).await);
    }
    for _ in 0..2 {
        let mut other = connect_from(&daemon, [127, 0, 0, 2]).await;
        other.write_all(HEALTH.as_bytes()).await.expect("written");
        assert!(read_all(&mut other).await.contains("200 OK"));
    }
    daemon.end().await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_who_takes_nothing() {
    let drain = Duration::from_secs(60);
    let settings = ServerSettings { drain, guest_threads: Some(1), ..ServerSettings::default() };
    let daemon = Daemon::with(settings, None).await;
    let _stalled = stalled(&daemon, [127, 0, 0, 1]).await;
    let begun = Instant::now();
    daemon.end().await;
    assert!(begun.elapsed() < drain / 2, "{:?}", begun.elapsed());
}
