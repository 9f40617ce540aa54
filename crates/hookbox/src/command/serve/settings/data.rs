//! Where a daemon keeps its data: what the commands that look at it without a daemon need of its settings.

use std::path::PathBuf;

use hookbox_store::Location;

use super::{DATA_DIR, Given, limits_of_variable, master_key_source};
use crate::daemon::MasterKeySource;
use crate::limits::Moved;

/// The data of a daemon, named as for `serve`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Data")]
pub(crate) struct DataPlace {
    /// The daemon's file with settings
    #[arg(long, value_name = "FILE", env = "HOOKBOX_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
    /// The folder of everything that the daemon keeps [default: hookbox-data]
    #[arg(long, value_name = "DIR", env = "HOOKBOX_DATA_DIR", hide_env_values = true)]
    data_dir: Option<PathBuf>,
    /// A PostgreSQL address, where the daemon has one
    #[arg(long, value_name = "URL", env = "HOOKBOX_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// The file of the key that wraps all secrets [default: master.key in the data directory]
    #[arg(long, value_name = "FILE", env = "HOOKBOX_MASTER_KEY_FILE", hide_env_values = true)]
    master_key_file: Option<PathBuf>,
}

/// The data of a daemon.
#[derive(Debug)]
pub(crate) struct Data {
    /// The folder.
    pub(crate) dir: PathBuf,
    /// The database.
    pub(crate) location: Location,
    /// Where the key that wraps all secrets comes from.
    pub(crate) master_key: MasterKeySource,
}

impl DataPlace {
    /// The limits of the variable and the file.
    pub(crate) fn limits(&self) -> anyhow::Result<Moved> {
        let given = Given { limits: limits_of_variable()?, ..Given::default() };
        Ok(given.or_file(self.config.as_deref())?.limits)
    }

    /// Flags, variables and file settled.
    pub(crate) fn settle(&self) -> anyhow::Result<Data> {
        let given = Given {
            data_dir: self.data_dir.clone(),
            database: self.database.clone(),
            master_key_file: self.master_key_file.clone(),
            ..Given::default()
        };
        let given = given.or_file(self.config.as_deref())?;
        let dir = given.data_dir.unwrap_or_else(|| DATA_DIR.into());
        let location = given.database.map_or_else(|| Location::Sqlite(dir.clone()), Location::Postgres);
        Ok(Data { location, master_key: master_key_source(given.master_key_file)?, dir })
    }
}
