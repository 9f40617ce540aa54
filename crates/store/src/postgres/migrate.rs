//! Bringing the tables up to date.

use tokio_postgres::Client;

use crate::Error;

/// The tables, in steps: a database at version `n` has had the first `n`.
const MIGRATIONS: [&str; 2] = [include_str!("schema.sql"), include_str!("schema_2.sql")];

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::postgres::{Empty, connect};

    #[tokio::test]
    async fn a_database_of_every_earlier_version_keeps_its_rows() {
        let Some(database) = Empty::make("an earlier version").await else { return };
        let mut db = connect(&database.url()).await;
        let rows = "INSERT INTO delivery (event, hook, tenant, state, next_at, crashes) VALUES (7, 1, 1, 0, 5, 1)";
        let first = format!(
            "CREATE TABLE schema_version (number BIGINT NOT NULL); INSERT INTO schema_version VALUES (1); {}; {rows}",
            MIGRATIONS[0]
        );
        db.batch_execute(&first).await.expect("the first tables");
        migrate(&mut db).await.expect("brought up to date");
        let row = db.query_one("SELECT event, crashes, begun FROM delivery", &[]).await.expect("it is there");
        assert_eq!((row.get::<_, i64>(0), row.get::<_, i16>(1), row.get::<_, bool>(2)), (7, 1, false));
        migrate(&mut db).await.expect("there is nothing left to do");
    }
}
