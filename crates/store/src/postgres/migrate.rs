//! Bringing the tables up to date.

use tokio_postgres::Client;

use crate::Error;

/// The tables, in steps: a database at version `n` has had the first `n`.
const MIGRATIONS: [&str; 3] = [include_str!("schema.sql"), include_str!("schema_2.sql"), include_str!("schema_3.sql")];

/// What nodes that start at the same time wait for one another with: a number that nothing else in a database uses.
const LOCK: i64 = 0x686f_6f6b_626f_7801;

/// Whether the tables are those that this program knows. A quick look, before which nothing was changed.
pub(super) async fn is_up_to_date(db: &Client) -> Result<bool, Error> {
    let there = db.query_one("SELECT to_regclass('schema_version') IS NOT NULL", &[]).await?;
    if !there.try_get::<_, bool>(0)? {
        return Ok(false);
    }
    let found = db.query_one("SELECT max(number) FROM schema_version", &[]).await?;
    let found: Option<i64> = found.try_get(0)?;
    Ok(found == i64::try_from(MIGRATIONS.len()).ok())
}

/// Makes the tables, or brings them up to date, while no other node does. Takes as long as it takes: of a large table and
/// of what other nodes hold locked there is no saying how long that is, and to give up half-way brings nobody further.
pub(super) async fn migrate(db: &mut Client) -> Result<(), Error> {
    let transaction = db.transaction().await?;
    transaction.batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0").await?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    transaction.batch_execute("CREATE TABLE IF NOT EXISTS schema_version (number BIGINT NOT NULL)").await?;
    let found = transaction.query_opt("SELECT max(number) FROM schema_version", &[]).await?;
    let found: i64 = found.map(|row| row.try_get::<_, Option<i64>>(0)).transpose()?.flatten().unwrap_or(0);
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(Error::TooNew { found, known });
    }
    if (1..known).contains(&found) {
        tracing::info!(from = found, to = known, "the tables are being brought up to date");
    }
    for (step, sql) in (1i64..).zip(MIGRATIONS).skip(usize::try_from(found).unwrap_or(0)) {
        transaction.batch_execute(sql).await?;
        transaction.execute("INSERT INTO schema_version VALUES ($1)", &[&step]).await?;
    }
    transaction.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::postgres::{Empty, connect};

    /// A database as the first version made it, with a row.
    async fn of_version_1(database: &Empty) -> Client {
        let db = connect(&database.url()).await;
        let rows = "INSERT INTO delivery (event, hook, tenant, state, next_at, crashes) VALUES (7, 1, 1, 0, 5, 1)";
        let first = format!(
            "CREATE TABLE schema_version (number BIGINT NOT NULL); INSERT INTO schema_version VALUES (1); {}; {rows}",
            MIGRATIONS[0]
        );
        db.batch_execute(&first).await.expect("the first tables");
        db
    }

    #[tokio::test]
    async fn a_database_of_every_earlier_version_keeps_its_rows() {
        let Some(database) = Empty::make("an earlier version").await else { return };
        let mut db = of_version_1(&database).await;
        assert!(!is_up_to_date(&db).await.expect("asked"));
        migrate(&mut db).await.expect("brought up to date");
        let row = db.query_one("SELECT event, crashes::INT, begun FROM delivery", &[]).await.expect("it is there");
        assert_eq!((row.get::<_, i64>(0), row.get::<_, i32>(1), row.get::<_, bool>(2)), (7, 1, false));
        assert!(is_up_to_date(&db).await.expect("asked"));
        migrate(&mut db).await.expect("there is nothing left to do");
    }

    #[tokio::test]
    async fn no_row_is_written_anew_and_no_limit_of_time_holds() {
        let Some(database) = Empty::make("bringing a large table up to date").await else { return };
        let mut db = of_version_1(&database).await;
        let file = "SELECT pg_relation_filenode('delivery')::TEXT";
        let before: String = db.query_one(file, &[]).await.expect("asked").get(0);
        db.batch_execute("SET lock_timeout = '1ms'").await.expect("set");
        let other = database.look().await;
        other.batch_execute("BEGIN; SELECT 1 FROM delivery").await.expect("read");
        // For longer than the limit.
        let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'delivery'::regclass \
                     AND waitstart < clock_timestamp() - interval '10 ms'";
        let let_go = async {
            while other.query_one(waits, &[]).await.expect("asked").get::<_, i64>(0) == 0 {}
            other.batch_execute("COMMIT").await.expect("let go");
        };
        let (migrated, ()) = tokio::join!(migrate(&mut db), let_go);
        migrated.expect("brought up to date");
        let after: String = db.query_one(file, &[]).await.expect("asked").get(0);
        assert_eq!(before, after, "the table is the same file");
    }
}
