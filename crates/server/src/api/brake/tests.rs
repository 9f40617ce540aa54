//! Who must wait, for how long, and who need not.

use super::*;

/// A token of that id, brought from that address.
fn attempt(address: &str, id: &str, secret: &str) -> Attempt {
    let mut extensions = Extensions::new();
    extensions.insert(Peer(address.parse().expect("an address")));
    Attempt::of_token(&extensions, &format!("hbt_{id}_{secret}"))
}

/// The seconds that an attempt has to wait; `None` where it may be made.
fn wait(brake: &Brake, attempt: &Attempt) -> Option<u64> {
    let failure = brake.check(attempt).err()?;
    let text = format!("{failure:?}");
    assert!(text.contains("too_many_requests") && text.contains("retry_after: Some("), "{text}");
    let wait = brake.lock().wait(Subject::Address(attempt.address))?;
    Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}

/// Fails with so many different secrets.
fn guess(brake: &Brake, address: &str, id: &str, times: u32) {
    for number in 0..times {
        let attempt = attempt(address, id, &format!("guess{number}"));
        assert_eq!(wait(brake, &attempt), None, "guess {number}");
        brake.failed(&attempt);
    }
}

#[tokio::test(start_paused = true)]
async fn guesses_beyond_the_free_ones_wait_twice_as_long_each_time() {
    let brake = Brake::new();
    guess(&brake, "192.0.2.1", "a", FREE / COST_OF_GUESS);
    for expected in [1, 2, 4, 8, 16, 32, 60, 60] {
        let next = attempt("192.0.2.1", "a", &format!("late{}", Instant::now().elapsed().as_secs()));
        assert_eq!(wait(&brake, &next), Some(expected));
        tokio::time::advance(Duration::from_millis(expected * 1_000 - 1)).await;
        assert!(brake.check(&next).is_err(), "a moment too early");
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(wait(&brake, &next), None);
        brake.failed(&attempt("192.0.2.1", "a", &format!("late after {expected} {:?}", Instant::now())));
    }
    tokio::time::advance(FORGOTTEN_AFTER).await;
    guess(&brake, "192.0.2.1", "other", FREE / COST_OF_GUESS);
}

#[tokio::test(start_paused = true)]
async fn another_address_does_not_wait_and_neither_does_who_proved_himself() {
    let brake = Brake::new();
    let good = attempt("192.0.2.1", "good", "right");
    brake.proved(&good);
    guess(&brake, "192.0.2.1", "a", 20);
    assert!(wait(&brake, &attempt("192.0.2.1", "b", "x")).is_some(), "the address waits, whatever it names");
    assert_eq!(wait(&brake, &good), None, "a credential that was good lately");
    assert_eq!(wait(&brake, &attempt("192.0.2.2", "b", "x")), None, "another address");
    brake.failed(&good);
    assert!(wait(&brake, &good).is_some(), "it was revoked meanwhile");
}

#[tokio::test(start_paused = true)]
async fn guesses_at_one_id_from_many_addresses_wait_but_its_owner_does_not() {
    let brake = Brake::new();
    for number in 0..20 {
        let guess = attempt(&format!("198.51.100.{number}"), "target", &format!("guess{number}"));
        assert_eq!(wait(&brake, &guess), None);
        brake.failed(&guess);
    }
    let again = attempt("198.51.100.7", "target", "second guess");
    assert!(brake.check(&again).is_err(), "an address that failed before");
    assert!(brake.check(&attempt("198.51.100.7", "other", "x")).is_ok(), "another id");
    assert!(brake.check(&attempt("192.0.2.9", "target", "right")).is_ok(), "an address without failures");
}

#[tokio::test(start_paused = true)]
async fn an_old_token_that_a_client_keeps_sending_costs_less_than_a_guess() {
    let brake = Brake::new();
    let old = attempt("192.0.2.1", "old", "revoked");
    for _ in 0..=FREE - COST_OF_GUESS {
        assert_eq!(wait(&brake, &old), None);
        brake.failed(&old);
    }
    assert_eq!(wait(&brake, &old), Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_of_ipv6_cannot_change_the_address() {
    let brake = Brake::new();
    guess(&brake, "2001:db8::1", "a", 20);
    assert!(brake.check(&attempt("2001:db8::ffff:1:2:3", "b", "x")).is_err(), "the same /64");
    assert!(brake.check(&attempt("2001:db8:0:1::1", "b", "x")).is_ok(), "another /64");
    guess(&brake, "192.0.2.1", "c", 20);
    assert!(brake.check(&attempt("::ffff:192.0.2.1", "d", "x")).is_err(), "the same address, mapped");
}

#[tokio::test(start_paused = true)]
async fn the_memory_is_bounded() {
    let brake = Brake::new();
    for number in 0..100_000u32 {
        let address = Ipv4Addr::from_bits(number).to_string();
        brake.failed(&attempt(&address, &number.to_string(), "x"));
    }
    let memory = brake.lock();
    assert_eq!(memory.failures.len(), REMEMBERED.get());
    assert_eq!(memory.refused.len(), REMEMBERED.get());
}
