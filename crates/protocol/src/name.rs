//! Names that people give: tenants, hooks, secrets.

/// The longest name of a tenant or a hook, in characters.
pub const NAME_CHARS_MAX: usize = 128;

/// A name cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{name}' cannot be the name of a {of}: {why}")]
pub struct NameError {
    name: String,
    of: &'static str,
    why: String,
}

fn error(name: &str, of: &'static str, why: impl Into<String>) -> NameError {
    NameError { name: name.chars().take(64).collect(), of, why: why.into() }
}

/// Checks a tenant's name: lower-case letters, digits and inner hyphens.
pub fn check_tenant(name: &str) -> Result<(), NameError> {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if name.is_empty() || !name.bytes().all(inner) || name.starts_with('-') || name.ends_with('-') {
        return Err(error(name, "tenant", "use lower-case letters, digits and hyphens between them"));
    }
    check_length(name, "tenant", 63)
}

/// Checks a hook's name as Auth0's Management API does and turns it into kebab case, as that API does on save:
/// `test-hook735` becomes `test-hook-735`, `My Hook` becomes `my-hook`.
pub fn hook(name: &str) -> Result<String, NameError> {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b' ';
    let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    if !name.bytes().all(inner) || !edge(name.bytes().next()) || !edge(name.bytes().last()) {
        return Err(error(name, "hook", "use letters, digits, and spaces or hyphens between them"));
    }
    check_length(name, "hook", NAME_CHARS_MAX)?;
    Ok(kebab(name))
}

fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 8);
    let mut previous: Option<char> = None;
    for (index, c) in name.char_indices() {
        let next_is_lower = name[index + c.len_utf8()..].starts_with(|n: char| n.is_ascii_lowercase());
        let starts_word = previous.is_some_and(|p| {
            p.is_ascii_digit() != c.is_ascii_digit()
                || c.is_ascii_uppercase() && (p.is_ascii_lowercase() || next_is_lower)
        });
        let separator = matches!(c, ' ' | '-');
        if (starts_word || separator) && !out.ends_with('-') {
            out.push('-');
        }
        if !separator {
            out.push(c.to_ascii_lowercase());
        }
        previous = (!separator).then_some(c);
    }
    out
}

/// Checks a secret's name: anything printable, so that existing scripts keep theirs.
pub fn check_secret(name: &str) -> Result<(), NameError> {
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(error(name, "secret", "use at least one character, and no control characters"));
    }
    let most = usize::try_from(crate::limits::SECRET_NAME_CHARS.default).unwrap_or(usize::MAX);
    check_length(name, "secret", most)
}

fn check_length(name: &str, of: &'static str, most: usize) -> Result<(), NameError> {
    let length = name.chars().count();
    if length > most {
        return Err(error(name, of, format!("it has {length} characters; the most is {most}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hook_names_become_kebab_case_as_in_the_original() {
        for (sent, saved) in [
            ("test-hook735", "test-hook-735"),
            ("test-hook-735", "test-hook-735"),
            ("my-hook", "my-hook"),
            ("My Hook", "my-hook"),
            ("sendMail", "send-mail"),
            ("HTTPHook", "http-hook"),
            ("a  b", "a-b"),
            ("7up", "7-up"),
        ] {
            assert_eq!(hook(sent).as_deref(), Ok(saved));
            assert_eq!(hook(saved).as_deref(), Ok(saved), "kebab case stays as it is");
        }
    }

    #[test]
    fn names_that_cannot_be_taken_say_why() {
        for name in ["", "-a", "a-", "a_b", "ä", "a/b"] {
            assert!(hook(name).is_err(), "{name}");
        }
        for name in ["", "Acme", "-a", "a b", &"a".repeat(64)] {
            assert!(check_tenant(name).is_err(), "{name}");
        }
        assert_eq!(check_tenant("acme-2"), Ok(()));
        assert!(check_secret("a\nb").is_err());
        assert_eq!(check_secret("SENDGRID_API_KEY"), Ok(()));
        let error = check_secret(&"n".repeat(129)).expect_err("too long");
        assert!(error.to_string().ends_with("it has 129 characters; the most is 128"), "{error}");
    }
}
