//! Which daemon is meant, and with which token: flags and variables, then a profile, then the default address.

use std::path::PathBuf;

use anyhow::Context as _;
use url::Url;

use crate::failure::{Exit, Failure};
use crate::profile::{self, Profile, Profiles};
use crate::secret::SecretText;

/// Where a daemon is that nobody said anything about.
const DEFAULT_URL: &str = "http://127.0.0.1:8080";

/// Where the daemon is.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Place {
    /// The daemon's address [default: the profile's, else http://127.0.0.1:8080]
    #[arg(long, env = "HOOKBOX_URL", hide_env_values = true, global = true)]
    pub(crate) url: Option<Url>,
    /// A PEM file with the certificate authority of the daemon, trusted instead of the system's
    #[arg(long, env = "HOOKBOX_CA", value_name = "FILE", hide_env_values = true, global = true)]
    pub(crate) ca: Option<PathBuf>,
    /// The profile of `hookbox login` to use [default: default]
    #[arg(long, env = "HOOKBOX_PROFILE", value_name = "NAME", value_parser = profile::check_name)]
    #[arg(hide_env_values = true, global = true)]
    pub(crate) profile: Option<String>,
}

/// Where the daemon is, and which tenant asks.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    #[command(flatten)]
    pub(crate) place: Place,
    /// A token of the tenant; better given as HOOKBOX_TOKEN or by `hookbox login`, since other users of this machine can
    /// see arguments
    #[arg(long, env = "HOOKBOX_TOKEN", hide_env_values = true, global = true)]
    pub(crate) token: Option<SecretText>,
}

/// Where the daemon is, and the operator's token.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct OperatorConnection {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The operator's token; better given as HOOKBOX_OPERATOR_TOKEN or by `hookbox login --operator`
    #[arg(long, env = "HOOKBOX_OPERATOR_TOKEN", hide_env_values = true, global = true)]
    pub(crate) operator_token: Option<SecretText>,
}

/// A daemon's address, settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// The address.
    pub(crate) url: Url,
    /// A private certificate authority.
    pub(crate) ca: Option<PathBuf>,
}

/// Whose token is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Tenant,
    Operator,
}

impl Role {
    fn token(self, profile: &Profile) -> Option<&SecretText> {
        match self {
            Self::Tenant => profile.token.as_ref(),
            Self::Operator => profile.operator_token.as_ref(),
        }
    }

    fn missing(self) -> Failure {
        match self {
            Self::Tenant => Failure::new("no token was given").hint(
                "`hookbox login`, or set HOOKBOX_TOKEN to a token of your tenant; `hookbox tenants create NAME` makes a \
                 tenant",
            ),
            Self::Operator => Failure::new("the operator's token is missing").hint(
                "`hookbox login --operator`, or set HOOKBOX_OPERATOR_TOKEN; the first start of `hookbox serve` printed the \
                 token, and keeps it in its data directory",
            ),
        }
    }
}

impl Place {
    /// The address for a profile that is made or changed: what was given, and from the profile as it was what was not.
    pub(crate) fn for_login(&self, before: Option<&Profile>) -> anyhow::Result<Target> {
        let url = match (&self.url, before) {
            (Some(url), _) => url.clone(),
            (None, Some(before)) => before.url.clone(),
            (None, None) => DEFAULT_URL.parse()?,
        };
        let ca = match &self.ca {
            // The path has to hold from every folder.
            Some(ca) => Some(ca.canonicalize().with_context(|| format!("cannot find the CA file {}", ca.display()))?),
            None => before.filter(|before| is_same(&before.url, &url)).and_then(|before| before.ca.clone()),
        };
        Ok(Target { url, ca })
    }

    /// The address and the token: what was given, and from the profile what was not.
    pub(super) fn settle(&self, given: Option<&SecretText>, role: Role) -> anyhow::Result<(Target, SecretText)> {
        if let (Some(url), Some(token), None) = (&self.url, given, &self.profile) {
            // With everything said, a file that is not needed cannot stand in the way.
            return Ok((Target { url: url.clone(), ca: self.ca.clone() }, token.clone()));
        }
        let profiles = match Profiles::path() {
            Ok(path) => Profiles::load(&path)?,
            Err(_) if self.profile.is_none() => Profiles::default(),
            Err(error) => return Err(error),
        };
        self.settle_with(&profiles, given, role)
    }

    fn settle_with(
        &self,
        profiles: &Profiles,
        given: Option<&SecretText>,
        role: Role,
    ) -> anyhow::Result<(Target, SecretText)> {
        let (target, profile) = self.with(profiles)?;
        if let Some(token) = given {
            return Ok((target, token.clone()));
        }
        if let Some(profile) = profile.filter(|profile| !is_same(&profile.url, &target.url)) {
            let name = self.profile.as_deref().unwrap_or(profile::DEFAULT);
            return Err(Failure::new(format!(
                "no token was given for {}; that of the profile '{name}' is for {}",
                target.url, profile.url
            ))
            .hint("leave out --url and HOOKBOX_URL, give a token too, or `hookbox login` at that address")
            .exit(Exit::Refused)
            .into());
        }
        let token = profile.and_then(|profile| role.token(profile)).cloned();
        Ok((target, token.ok_or_else(|| role.missing().exit(Exit::Refused))?))
    }

    /// The address, and the profile that was named, or the default one where there is one.
    fn with<'a>(&self, profiles: &'a Profiles) -> anyhow::Result<(Target, Option<&'a Profile>)> {
        let profile = match &self.profile {
            Some(name) => Some(profiles.existing(name)?),
            None => profiles.get(profile::DEFAULT),
        };
        let url = match (&self.url, profile) {
            (Some(url), _) => url.clone(),
            (None, Some(profile)) => profile.url.clone(),
            (None, None) => DEFAULT_URL.parse()?,
        };
        let own_ca = profile.filter(|profile| is_same(&profile.url, &url)).and_then(|profile| profile.ca.clone());
        Ok((Target { url, ca: self.ca.clone().or(own_ca) }, profile))
    }
}

/// Whether two addresses mean the same daemon.
pub(crate) fn is_same(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin() && one.path().trim_end_matches('/') == other.path().trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::failure::describe;

    fn profiles() -> Profiles {
        let profile = |url: &str, token: &str| Profile {
            url: url.parse().expect("url"),
            ca: Some("/ca.pem".into()),
            token: Some(token.to_owned().into()),
            operator_token: None,
        };
        let mut profiles = Profiles::default();
        profiles.insert("default", profile("http://127.0.0.1:9000", "of-default"));
        profiles.insert("prod", profile("https://hooks.example.com", "of-prod"));
        profiles
    }

    fn check(url: Option<&str>, token: Option<&str>, profile: Option<&str>, expected: &Expect) {
        let url = url.map(|url| url.parse().expect("url"));
        let place = Place { url, ca: None, profile: profile.map(str::to_owned) };
        let token = token.map(|token| SecretText::from(token.to_owned()));
        let text = match place.settle_with(&profiles(), token.as_ref(), Role::Tenant) {
            Ok((Target { url, ca }, token)) => format!("{} at {url} trusting {ca:?}", token.reveal()),
            Err(error) => describe(&error).0,
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn what_is_given_wins_over_the_profile() {
        check(None, None, None, &expect![[r#"of-default at http://127.0.0.1:9000/ trusting Some("/ca.pem")"#]]);
        check(
            None,
            None,
            Some("prod"),
            &expect![[r#"of-prod at https://hooks.example.com/ trusting Some("/ca.pem")"#]],
        );
        check(None, Some("given"), None, &expect![[r#"given at http://127.0.0.1:9000/ trusting Some("/ca.pem")"#]]);
        check(
            Some("http://127.0.0.1:9000"),
            None,
            None,
            &expect![[r#"of-default at http://127.0.0.1:9000/ trusting Some("/ca.pem")"#]],
        );
        check(Some("http://other:1"), Some("given"), None, &expect!["given at http://other:1/ trusting None"]);
    }

    #[test]
    fn a_profiles_token_does_not_go_to_another_address() {
        check(
            Some("http://other:1"),
            None,
            None,
            &expect![[r#"
                error: no token was given for http://other:1/; that of the profile 'default' is for http://127.0.0.1:9000/
                hint: leave out --url and HOOKBOX_URL, give a token too, or `hookbox login` at that address"#]],
        );
        check(
            None,
            Some("given"),
            Some("none"),
            &expect![[r#"
                error: there is no profile 'none'; there are default, prod
                hint: `hookbox login --profile none` makes it"#]],
        );
    }

    #[test]
    fn without_any_token_the_way_to_one_is_named() {
        let (place, none) = (Place::default(), Profiles::default());
        for (role, part) in [(Role::Tenant, "set HOOKBOX_TOKEN"), (Role::Operator, "set HOOKBOX_OPERATOR_TOKEN")] {
            let (text, exit) = describe(&place.settle_with(&none, None, role).expect_err("no token"));
            assert!(text.contains(part), "{text}");
            assert_eq!(exit, Exit::Refused);
        }
        assert_eq!(place.with(&none).expect("settles").0.url.as_str(), "http://127.0.0.1:8080/");
    }
}
