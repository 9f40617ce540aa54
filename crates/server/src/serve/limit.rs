//! How many connections there may be, in all and from one address, and who makes room for another one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::api::{Bodies, BodyRoom};
use crate::network::network;
use crate::settings::HttpSettings;

/// The open connections of each address.
#[derive(Clone)]
pub(super) struct Open {
    per_address: usize,
    bodies: Bodies,
    begun: Instant,
    networks: Arc<Mutex<HashMap<IpAddr, Network>>>,
}

struct Network {
    places: Vec<Arc<Shared>>,
    bodies: BodyRoom,
}

/// One connection's place among those of its address.
pub(super) struct Place {
    network: IpAddr,
    open: Open,
    shared: Arc<Shared>,
    bodies: BodyRoom,
}

struct Shared {
    /// That the connection is to end for another one.
    makes_room: CancellationToken,
    /// Calls that are being answered.
    calls: AtomicUsize,
    /// When the last call began or ended, in milliseconds since the registry began.
    active: AtomicU64,
}

/// A call, for as long as it is answered.
pub(super) struct Call<'a>(&'a Place);

impl Open {
    pub(super) fn new(settings: &HttpSettings) -> Self {
        Self {
            per_address: settings.connections_per_ip_max.max(1),
            bodies: Bodies::new(settings.body_bytes_all_max, settings.body_bytes_per_ip_max),
            begun: Instant::now(),
            networks: Arc::default(),
        }
    }

    /// A place for a connection from `address`; `None` when it has all that it may have.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Place> {
        let address = network(address);
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        let network =
            networks.entry(address).or_insert_with(|| Network { places: Vec::new(), bodies: self.bodies.of_address() });
        if network.places.len() >= self.per_address {
            return None;
        }
        let shared = Arc::new(Shared {
            makes_room: CancellationToken::new(),
            calls: AtomicUsize::new(0),
            active: AtomicU64::new(self.now()),
        });
        network.places.push(Arc::clone(&shared));
        let bodies = network.bodies.clone();
        Some(Place { network: address, open: self.clone(), shared, bodies })
    }

    /// Ends a connection for `newcomer`: of the address that has the most of them one that answers no call, and of those
    /// the one that has been quiet for longest. Who takes all places so takes them from himself.
    pub(super) fn make_room(&self, newcomer: &Place) {
        let networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        let others = |network: &Network| -> Vec<Arc<Shared>> {
            let places = network
                .places
                .iter()
                .filter(|place| !Arc::ptr_eq(place, &newcomer.shared) && !place.makes_room.is_cancelled());
            places.cloned().collect()
        };
        let most = networks.values().map(others).max_by_key(Vec::len).unwrap_or_default();
        let quiet = most
            .iter()
            .min_by_key(|place| (place.calls.load(Ordering::Relaxed) > 0, place.active.load(Ordering::Relaxed)));
        if let Some(quiet) = quiet {
            quiet.makes_room.cancel();
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Place {
    /// Waits until the connection is to end for another one.
    pub(super) async fn makes_room(&self) {
        self.shared.makes_room.cancelled().await;
    }

    /// A call begins.
    pub(super) fn call(&self) -> Call<'_> {
        self.shared.calls.fetch_add(1, Ordering::Relaxed);
        self.shared.active.store(self.open.now(), Ordering::Relaxed);
        Call(self)
    }

    /// What the address may have of bodies on their way.
    pub(super) fn bodies(&self) -> BodyRoom {
        self.bodies.clone()
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.0.shared.calls.fetch_sub(1, Ordering::Relaxed);
        self.0.shared.active.store(self.0.open.now(), Ordering::Relaxed);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut networks = self.open.networks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(network) = networks.get_mut(&self.network) {
            network.places.retain(|place| !Arc::ptr_eq(place, &self.shared));
            if network.places.is_empty() {
                networks.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;

    use super::*;

    fn open(per_address: usize) -> Open {
        Open::new(&HttpSettings { connections_per_ip_max: per_address, ..HttpSettings::default() })
    }

    fn enter(open: &Open, address: &str) -> Option<Place> {
        open.enter(address.parse().expect("an address"))
    }

    #[tokio::test]
    async fn an_address_has_so_many_places_and_gets_them_back() {
        let open = open(2);
        let (first, _second) =
            (enter(&open, "192.0.2.1").expect("free"), enter(&open, "::ffff:192.0.2.1").expect("free"));
        assert!(enter(&open, "192.0.2.1").is_none());
        assert!(enter(&open, "192.0.2.2").is_some());
        drop(first);
        assert!(enter(&open, "192.0.2.1").is_some());
        let _v6 =
            (enter(&open, "2001:db8::1").expect("free"), enter(&open, "2001:db8::ffff:0:0:1").expect("the same /64"));
        assert!(enter(&open, "2001:db8::2").is_none());
        assert!(enter(&open, "2001:db8:0:1::1").is_some(), "another /64");
        assert_eq!(open.networks.lock().expect("not poisoned").len(), 2, "nothing is kept of addresses that left");
    }

    #[tokio::test(start_paused = true)]
    async fn the_quietest_connection_of_the_address_with_the_most_makes_room() {
        let open = open(9);
        let other = enter(&open, "192.0.2.2").expect("free");
        let mut places = Vec::new();
        for _ in 0..3 {
            tokio::time::advance(Duration::from_secs(1)).await;
            places.push(enter(&open, "192.0.2.1").expect("free"));
        }
        tokio::time::advance(Duration::from_secs(1)).await;
        let _answering = places[0].call();
        drop(places[1].call());
        let newcomer = enter(&open, "192.0.2.1").expect("free");
        let ended = || -> Vec<bool> {
            let places = places.iter().chain([&newcomer, &other]);
            places.map(|place| place.makes_room().now_or_never().is_some()).collect()
        };
        open.make_room(&newcomer);
        assert_eq!(ended(), [false, false, true, false, false], "quiet for longest");
        open.make_room(&newcomer);
        assert_eq!(ended(), [false, true, true, false, false], "then the next");
        open.make_room(&newcomer);
        assert_eq!(ended().iter().filter(|ended| **ended).count(), 3, "then one that answers, or another address");
        assert!(!ended()[3], "never the newcomer");
    }
}
