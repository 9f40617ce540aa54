//! The two shapes that most calls of the engine have: a read, and a change.

/// Reads on a connection from the pool for lists.
macro_rules! read {
    ($self:ident, |$db:ident, $shared:ident| $work:expr) => {
        read!($self, cold, |$db, $shared| $work)
    };
    ($self:ident, $pool:ident, |$db:ident, $shared:ident| $work:expr) => {{
        let $shared = Arc::clone(&$self.shared);
        async move {
            let $db = $shared.$pool().await?;
            $work.await
        }
        .boxed()
    }};
}

/// Makes a change, which goes on when nobody waits for it any more. Where another transaction is in its way it is made
/// again: nothing of it has taken effect then.
macro_rules! change {
    ($self:ident, $care:expr, $tenant:expr, |$batch:ident| $work:expr) => {{
        let shared = Arc::clone(&$self.shared);
        let tenant: Option<TenantId> = $tenant;
        $self.go_on(async move {
            let mut tries = 1;
            loop {
                match batch::change(&shared, $care, tenant, async |$batch| $work.await).await {
                    Err(error) if tries < batch::TRIES && fault::was_in_the_way(&error) => tries += 1,
                    done => return done,
                }
            }
        })
    }};
}
