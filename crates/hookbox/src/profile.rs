//! Profiles: which daemon the client commands talk to, and with which token, as `hookbox login` keeps them.
//!
//! They stand in one file of the user's that nobody else may read. A profile's tokens go to the profile's own address
//! and nowhere else.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;
use url::Url;

use crate::environment;
use crate::failure::{Failure, Hint as _};
use crate::secret::SecretText;
use crate::text::{from_text, parse_toml};

/// The profile that is meant where none is named.
pub(crate) const DEFAULT: &str = "default";

/// The file, in the folder `hookbox` of the user's configuration.
const FILE: &str = "profiles.toml";

const HEADER: &str = "# Written by `hookbox login` and `hookbox logout`. It holds tokens: keep it to yourself.\n";

/// Where a daemon is, and who asks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// The daemon's address.
    #[serde(deserialize_with = "from_text")]
    pub(crate) url: Url,
    /// The certificate authority of the daemon, where it is a private one.
    pub(crate) ca: Option<PathBuf>,
    /// A tenant's token.
    pub(crate) token: Option<SecretText>,
    /// The operator's token.
    pub(crate) operator_token: Option<SecretText>,
}

/// All profiles of this user.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Profiles(BTreeMap<String, Profile>);

impl Profiles {
    /// The file of this user's profiles.
    pub(crate) fn path() -> anyhow::Result<PathBuf> {
        let config = environment::variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let home = || environment::variable("HOME").map(|home| PathBuf::from(home).join(".config"));
        let folder = config.or_else(home).ok_or_else(|| {
            Failure::new("there is no place for profiles: neither HOME nor XDG_CONFIG_HOME is set")
                .hint("set HOME, or do without profiles: HOOKBOX_URL and HOOKBOX_TOKEN")
        })?;
        Ok(folder.join("hookbox").join(FILE))
    }

    /// Reads the file; no file means no profiles. One that others can read is refused.
    pub(crate) fn load(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error).with_context(|| format!("cannot read the profiles {shown}")),
        };
        let mode = fs::metadata(path)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Failure::new(format!("others can read the profiles {shown}, which hold tokens"))
                .hint(format!("chmod 600 {shown}, and revoke what they may have read: hookbox tokens list"))
                .into());
        }
        // The message of a parser could show a token.
        let profiles = parse_toml(&text).map_err(|error| {
            let line = error.split_once(':').map_or("the file", |(line, _)| line);
            Failure::new(format!("{shown} cannot be read: {line} is not what `hookbox login` writes"))
                .hint("correct the file, or delete it and log in again")
        })?;
        Ok(Self(profiles))
    }

    /// Writes the file anew, for this user only: all of it or nothing.
    pub(crate) fn save(&self, path: &Path) -> anyhow::Result<()> {
        let shown = path.display();
        let folder = path.parent().context("the file is in a folder")?;
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let written = tempfile::Builder::new().prefix(".profiles-").tempfile_in(folder).and_then(|mut file| {
            file.as_file().set_permissions(fs::Permissions::from_mode(0o600))?;
            file.write_all(self.text().as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(path).map_err(|error| error.error)
        });
        written
            .with_context(|| format!("cannot write the profiles {shown}"))
            .hint("is the disk full, or the folder of another user?")?;
        Ok(())
    }

    fn text(&self) -> String {
        let mut document = toml::Table::new();
        for (name, Profile { url, ca, token, operator_token }) in &self.0 {
            let ca = ca.as_ref().and_then(|ca| ca.to_str()).map(str::to_owned);
            let reveal = |token: &Option<SecretText>| token.as_ref().map(|token| token.reveal().to_owned());
            let values = [
                ("url", Some(url.to_string())),
                ("ca", ca),
                ("token", reveal(token)),
                ("operator_token", reveal(operator_token)),
            ];
            let table = values.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.into()))).collect();
            document.insert(name.clone(), toml::Value::Table(table));
        }
        format!("{HEADER}{document}")
    }

    /// The profile of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Profile> {
        self.0.get(name)
    }

    /// The profile of that name, or an error that names those that are there.
    pub(crate) fn existing(&self, name: &str) -> anyhow::Result<&Profile> {
        self.get(name).ok_or_else(|| {
            let names = self.names();
            let there = if names.is_empty() { "there is none yet".to_owned() } else { format!("there are {names}") };
            Failure::new(format!("there is no profile '{name}'; {there}"))
                .hint(format!("`hookbox login --profile {name}` makes it"))
                .into()
        })
    }

    /// Makes a profile, or replaces it.
    pub(crate) fn insert(&mut self, name: &str, profile: Profile) {
        self.0.insert(name.to_owned(), profile);
    }

    /// Removes a profile.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// The names, with commas between them.
    pub(crate) fn names(&self) -> String {
        self.0.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// Whether a text can name a profile: what needs no quotes in the file.
pub(crate) fn check_name(text: &str) -> Result<String, String> {
    let is_good = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if is_good {
        return Ok(text.to_owned());
    }
    Err(format!("'{text}' cannot name a profile: use up to 64 letters, digits, '-' and '_'"))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::failure::describe;

    fn profile(url: &str, token: &str) -> Profile {
        Profile { url: url.parse().expect("url"), ca: None, token: Some(token.to_owned().into()), operator_token: None }
    }

    #[test]
    fn profiles_are_kept_for_this_user_only_and_read_back() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("config/hookbox/profiles.toml");
        assert_eq!(Profiles::load(&path).expect("none yet"), Profiles::default());
        let mut profiles = Profiles::default();
        profiles.insert("default", profile("http://127.0.0.1:8080", "hbt_one"));
        profiles
            .insert("prod", Profile { ca: Some("/ca.pem".into()), ..profile("https://hooks.example.com", "hbt_two") });
        profiles.save(&path).expect("saves");
        expect![[r#"
            # Written by `hookbox login` and `hookbox logout`. It holds tokens: keep it to yourself.
            [default]
            token = "hbt_one"
            url = "http://127.0.0.1:8080/"

            [prod]
            ca = "/ca.pem"
            token = "hbt_two"
            url = "https://hooks.example.com/"
        "#]]
        .assert_eq(&fs::read_to_string(&path).expect("is there"));
        let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().expect("folder"))), (0o600, 0o700));
        assert_eq!(Profiles::load(&path).expect("reads"), profiles);
        profiles.remove("default");
        profiles.save(&path).expect("saves again");
        assert_eq!(Profiles::load(&path).expect("reads").names(), "prod");
    }

    #[test]
    fn what_others_can_read_or_cannot_be_read_is_refused_without_showing_a_token() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("profiles.toml");
        fs::write(&path, "[default]\ntoken = hbt_secret\n").expect("writes");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("sets");
        let refused = |path: &Path| describe(&Profiles::load(path).expect_err("refused")).0;
        assert!(refused(&path).contains("others can read"), "{}", refused(&path));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("sets");
        let text = refused(&path);
        assert!(text.contains("line 2 is not what") && !text.contains("hbt_secret"), "{text}");
    }

    #[test]
    fn a_profile_that_is_not_there_is_named_with_those_that_are() {
        let mut profiles = Profiles::default();
        let refused = |profiles: &Profiles| describe(&profiles.existing("prod").expect_err("not there")).0;
        expect![[r#"
            error: there is no profile 'prod'; there is none yet
            hint: `hookbox login --profile prod` makes it"#]]
        .assert_eq(&refused(&profiles));
        profiles.insert("default", profile("http://127.0.0.1:8080", "t"));
        assert!(refused(&profiles).contains("there are default"));
        for (name, good) in [("prod", true), ("eu-1_b", true), ("", false), ("a.b", false), ("[x]", false)] {
            assert_eq!(check_name(name).is_ok(), good, "{name}");
        }
    }
}
