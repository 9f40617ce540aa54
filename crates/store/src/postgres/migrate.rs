//! Bringing the tables up to date.

use tokio_postgres::Client;

use crate::Error;

/// The tables, in steps: a database at version `n` has had the first `n`.
const MIGRATIONS: [&str; 1] = [include_str!("schema.sql")];

/// What nodes that start at the same time wait for one another with: a number that nothing else in a database uses.
const LOCK: i64 = 0x686f_6f6b_626f_7801;

/// Makes the tables, or brings them up to date, while no other node does.
pub(super) async fn migrate(db: &mut Client) -> Result<(), Error> {
    let transaction = db.transaction().await?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    transaction.batch_execute("CREATE TABLE IF NOT EXISTS schema_version (number BIGINT NOT NULL)").await?;
    let found = transaction.query_opt("SELECT max(number) FROM schema_version", &[]).await?;
    let found: i64 = found.map(|row| row.try_get::<_, Option<i64>>(0)).transpose()?.flatten().unwrap_or(0);
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(Error::TooNew { found, known });
    }
    for (step, sql) in (1i64..).zip(MIGRATIONS).skip(usize::try_from(found).unwrap_or(0)) {
        transaction.batch_execute(sql).await?;
        transaction.execute("INSERT INTO schema_version VALUES ($1)", &[&step]).await?;
    }
    transaction.commit().await?;
    Ok(())
}
