//! Names whose addresses change, mix or do not come.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;

use crate::resolve::Lookup;
use crate::share::Permits;

/// A resolver whose answers a test decides: each lookup of a name takes its next answer, the last one stays.
#[derive(Clone, Default)]
pub(super) struct Names {
    answers: Arc<Mutex<HashMap<String, Vec<Vec<IpAddr>>>>>,
    lookups: Arc<AtomicUsize>,
}

impl Names {
    /// A name whose lookup never ends.
    pub(super) const SILENT: &str = "silent.example";

    /// `text` has the answers one after another, separated by `|`, addresses by spaces.
    pub(super) fn with(self, name: &str, text: &str) -> Self {
        let addresses = |answer: &str| answer.split_whitespace().map(|ip| ip.parse().expect("an address")).collect();
        let mut answers: Vec<_> = text.split('|').map(addresses).collect();
        answers.reverse();
        self.answers.lock().expect("not poisoned").insert(name.to_owned(), answers);
        self
    }

    pub(super) fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }
}

impl Lookup for Names {
    fn lookup(&self, name: String, permits: Permits) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().expect("not poisoned");
        let answer = match answers.get_mut(&name) {
            None if name == Self::SILENT => {
                return Box::pin(async move {
                    let _permits = permits;
                    std::future::pending().await
                });
            }
            None => Err(io::Error::other("no such name")),
            Some(answers) if answers.len() > 1 => Ok(answers.pop().expect("more than one")),
            Some(answers) => Ok(answers[0].clone()),
        };
        Box::pin(std::future::ready(answer))
    }
}
