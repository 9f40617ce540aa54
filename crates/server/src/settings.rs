//! What the operator sets. Every number here has a default that a small machine can live with.

use std::path::PathBuf;
use std::time::Duration;

use hookbox_protocol::RunLimits;
use hookbox_protocol::limits::{EVENT_BYTES, MODULE_BYTES, SCRIPT_BYTES};
use hookbox_store::SecretLimits;
use url::Url;

/// The operator's settings of the server.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// The most that a tenant can set for a run.
    pub ceilings: RunLimits,
    /// The largest body of an event, in bytes.
    pub event_bytes_max: u64,
    /// The largest module, in bytes.
    pub module_bytes_max: u64,
    /// The largest script, in bytes.
    pub script_bytes_max: u64,
    /// What a hook may have of secrets; the store is opened with the same.
    pub secrets: SecretLimits,
    /// How many hooks run at the same time for deliveries; the sandbox has at least as many slots, and
    /// [`ServerSettings::slots`] in all.
    pub runs_at_once: u32,
    /// How many runs the runner and the calls of blocking triggers may have beside the deliveries.
    pub runner_at_once: u32,
    /// How many of those one tenant may have.
    pub runner_per_tenant: u32,
    /// How many uploads compile at the same time, each of another tenant.
    pub compiles_at_once: u32,
    /// How many uploads, or runs of the runner, of one tenant may wait for their turn; further ones get 429.
    pub waiting_per_tenant: u32,
    /// Threads that guests run on; `None` for one per core.
    pub guest_threads: Option<usize>,
    /// Deliveries of one tenant that have not ended; at that number its events get 429.
    pub backlog_per_tenant_max: u64,
    /// Deliveries of all tenants that have not ended; at that number events get 503.
    pub backlog_max: u64,
    /// How fast one token may call `/api/v2`; beyond it calls get 429.
    pub management_rate: CallRate,
    /// For how long a leased delivery is this process's; extended three times as often while it runs.
    pub lease: Duration,
    /// How long a stop waits for what is running.
    pub drain: Duration,
    /// Where the pre-initialised JavaScript engine is kept between starts; without it every start makes it anew.
    pub cache_dir: Option<PathBuf>,
    /// The folder whose file system must not fill up: that of the database. `None` watches none.
    pub data_dir: Option<PathBuf>,
    /// With fewer free bytes than that in `data_dir` events get 503; what was accepted still runs. `None` for the smaller
    /// one of 256 MiB and 2 % of the file system.
    pub disk_free_min: Option<u64>,
    /// Where traces go: the base address of a collector that speaks OTLP over HTTP, as `http://127.0.0.1:4318`. `None`
    /// makes no traces.
    pub otlp_endpoint: Option<Url>,
    /// How this daemon is called among those of one database; the host's name and the process's id where absent.
    pub node_name: Option<String>,
    /// Where this daemon can be reached, for the list of daemons.
    pub address: Option<String>,
    /// Where the master key is kept, for a rotation that makes a new one; `None` where the operator gave the key itself.
    pub master_key_file: Option<PathBuf>,
    /// How many followers of the live log one tenant may have; further ones get 429.
    pub followers_per_tenant: u32,
    /// Limits of connections and requests.
    pub http: HttpSettings,
}

/// How fast calls may come. None of the two can be zero; a zero counts as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallRate {
    /// How many calls a minute, for as long as one likes.
    pub per_minute: u32,
    /// How many calls at once, after a pause.
    pub burst: u32,
}

/// Limits of connections and requests.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// From the first to the last byte of a request's head, and the longest idle time of a kept connection.
    pub header_timeout: Duration,
    /// The most headers of a request.
    pub headers_max: usize,
    /// The most bytes of a request's head.
    pub header_bytes_max: usize,
    /// The time that a body gets however small it is.
    pub body_grace: Duration,
    /// The rate at which a body must come beyond that, in bytes per second.
    pub body_rate_min: u64,
    /// The time that a client gets to take what it is sent, however little that is.
    pub send_grace: Duration,
    /// The rate at which it must take it beyond that, in bytes per second.
    pub send_rate_min: u64,
    /// Bytes of bodies larger than 64 KiB that may be on their way at the same time, in all.
    pub body_bytes_all_max: u64,
    /// The same of one address (of IPv6: of one /64).
    pub body_bytes_per_ip_max: u64,
    /// The most connections in all; for a further one that one ends which was quiet for longest, of the address with the
    /// most of them.
    pub connections_max: usize,
    /// The most connections from one address (of IPv6: from one /64); further ones are closed.
    pub connections_per_ip_max: usize,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            ceilings: RunLimits::CEILINGS,
            event_bytes_max: EVENT_BYTES.default,
            module_bytes_max: MODULE_BYTES.default,
            script_bytes_max: SCRIPT_BYTES.default,
            secrets: SecretLimits::default(),
            runs_at_once: 60,
            runner_at_once: 4,
            runner_per_tenant: 2,
            compiles_at_once: 2,
            waiting_per_tenant: 8,
            guest_threads: None,
            backlog_per_tenant_max: 2_000_000,
            backlog_max: 10_000_000,
            management_rate: CallRate { per_minute: 3_000, burst: 100 },
            lease: Duration::from_secs(30),
            drain: Duration::from_secs(30),
            cache_dir: None,
            data_dir: None,
            disk_free_min: None,
            otlp_endpoint: None,
            node_name: None,
            address: None,
            master_key_file: None,
            followers_per_tenant: 16,
            http: HttpSettings::default(),
        }
    }
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            headers_max: 64,
            header_bytes_max: 16 << 10,
            body_grace: Duration::from_secs(10),
            body_rate_min: 16 << 10,
            send_grace: Duration::from_secs(30),
            send_rate_min: 4 << 10,
            body_bytes_all_max: 512 << 20,
            body_bytes_per_ip_max: 128 << 20,
            connections_max: 1_000,
            connections_per_ip_max: 256,
        }
    }
}

impl ServerSettings {
    /// The slots that the sandbox needs so that no run of these settings waits for one.
    pub fn slots(&self) -> u32 {
        self.runs_at_once.saturating_add(self.runner_at_once)
    }
}
