//! What is wrong with an operator's policy.

/// A policy that cannot be read or used, or a machine that cannot carry it out. Failures of a call are [`CallError`](hookbox_protocol::http::CallError)s.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A text is not a host pattern.
    #[error("'{text}' is not a host: {reason}; write a name such as 'api.example.com' or '*.example.com'")]
    Host {
        /// What was given.
        text: String,
        /// Why it cannot be read.
        reason: String,
    },
    /// A text is not an override.
    #[error("'{text}' is not an override: {reason}; write HOST[:PORT]=ADDRESS:PORT")]
    Override {
        /// What was given.
        text: String,
        /// Why it cannot be read.
        reason: String,
    },
    /// A text is not a list of ports.
    #[error("'{text}' is not a list of ports; write numbers and ranges from 1 to 65535, such as '80,443,1024-65535'")]
    Ports {
        /// What was given.
        text: String,
    },
    /// An additional certificate authority cannot be read.
    #[error("certificate authority number {number} cannot be used: {reason}; give a PEM file with its certificate")]
    Certificate {
        /// Its place in the list, from 1.
        number: usize,
        /// Why it cannot be used.
        reason: String,
    },
    /// The proxy's address cannot be used.
    #[error("the proxy cannot be used: {reason}; give an address such as 'http://proxy.example.com:3128'")]
    Proxy {
        /// Why it cannot be used.
        reason: String,
    },
    /// The system has no random numbers for the placeholders of sealed secrets.
    #[error("the system has no random numbers: {0}")]
    Random(String),
    /// The system has no threads left for calls.
    #[error("no threads for outgoing calls can be started: {0}")]
    Threads(std::io::Error),
    /// The TLS settings do not fit together: a fault of the build, not of the policy.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
}
