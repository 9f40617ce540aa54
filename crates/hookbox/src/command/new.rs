//! `hookbox new NAME`

mod template;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use hookbox_protocol::{Trigger, name};
use serde_json::json;

use crate::embedded;
use crate::failure::{Exit, Failure, Hint as _};
use crate::output::{FAINT, GOOD, Output, STRONG};
use crate::project::Language;

/// Makes a hook project
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A project in Rust carries the SDK in vendor/ and a test, each a sample event; nothing that is there is \
                  overwritten.\n\nExamples:\n  hookbox new my-hook --trigger post-change-password\n  hookbox new \
                  my-script --lang ts"
)]
pub(crate) struct Args {
    /// The hook's name, also the folder's; with a path, its last part
    name: PathBuf,
    /// What the hook is written in
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    lang: Language,
    /// What the hook is bound to
    #[arg(long, default_value_t = Trigger::PostChangePassword)]
    trigger: Trigger,
}

pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let folder = &args.name;
    let given = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let name = name::hook(given).hint("the last part of NAME is the hook's name, such as my-hook")?;
    create(folder, &name, args.trigger, args.lang)?;
    let shown = folder.display();
    if output.is_json() {
        output.json(&json!({ "folder": folder, "name": name, "trigger": args.trigger }))?;
        return Ok(Exit::Done);
    }
    output.line(format_args!("{GOOD}made{GOOD:#} {STRONG}{shown}{STRONG:#}, a hook for {}", args.trigger))?;
    output.line(format_args!("  cd {shown}"))?;
    match args.lang {
        Language::Rust => next(output, "cargo test", "run its test, natively")?,
        Language::Js => {}
        Language::Ts => next(output, "npm install", "the type checker, and the bundler for `hookbox build`")?,
    }
    next(output, "hookbox run", "run it here in the sandbox, on event.json")?;
    next(output, "hookbox dev", "the same each time that you save a file")?;
    next(output, "hookbox deploy", "put it on the daemon of `hookbox login`")?;
    Ok(Exit::Done)
}

fn next(output: Output, command: &str, what: &str) -> anyhow::Result<()> {
    output.line(format_args!("  {command:<16}{FAINT}{what}{FAINT:#}"))
}

/// Writes the project beside the place where it will be, and moves it there: either all of it is there, or nothing.
fn create(folder: &Path, name: &str, trigger: Trigger, language: Language) -> anyhow::Result<()> {
    let refuse = || {
        Failure::new(format!("{} is there already", folder.display())).hint("give another name; nothing is overwritten")
    };
    if folder.symlink_metadata().is_ok() {
        return Err(refuse().into());
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    let draft = tempfile::Builder::new()
        .prefix(".hookbox-new-")
        .tempdir_in(parent)
        .with_context(|| format!("cannot write to {}", parent.display()))?;
    let project = draft.path().join("project");
    write(&project, name, trigger, language).context("cannot write the project")?;
    // A folder that came into being since then and is not empty makes this fail.
    fs::rename(&project, folder).map_err(|_| refuse())?;
    Ok(())
}

fn write(project: &Path, name: &str, trigger: Trigger, language: Language) -> std::io::Result<()> {
    for (path, text) in template::files(name, trigger, language) {
        let path = project.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    match language {
        Language::Rust => embedded::write(embedded::SDK, &project.join("vendor/hookbox-sdk")),
        Language::Js => Ok(()),
        Language::Ts => {
            let types = embedded::files(embedded::TYPES).filter(|(path, _)| path.ends_with(".d.ts"));
            fs::create_dir_all(project.join("types"))?;
            types.into_iter().try_for_each(|(path, text)| fs::write(project.join("types").join(path), text))
        }
    }
}

#[cfg(test)]
mod tests {
    use hookbox_protocol::trigger::TABLE;

    use super::*;
    use crate::project::Project;

    /// A trigger's name as the types have it.
    fn pascal(name: &str) -> String {
        let capitals = name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
        capitals.collect()
    }

    #[test]
    fn a_project_is_made_for_each_trigger_and_read_by_the_other_commands() {
        let parent = tempfile::tempdir().expect("temporary folder");
        for (spec, language) in
            TABLE.iter().flat_map(|spec| [Language::Rust, Language::Js, Language::Ts].map(|language| (spec, language)))
        {
            let folder = parent.path().join(format!("{}-{language:?}", spec.name));
            create(&folder, "my-hook", spec.trigger, language).expect(spec.name);
            let project = Project::load(&folder).expect(spec.name);
            assert_eq!((project.name.as_str(), project.trigger, project.language), ("my-hook", spec.trigger, language));
            let (file, starter) = match language {
                Language::Rust => ("src/lib.rs", spec.starter_rust.to_owned()),
                Language::Js => ("hook.js", spec.starter_javascript.to_owned()),
                Language::Ts => ("hook.ts", "const hook: Hookbox.".to_owned() + &pascal(spec.name)),
            };
            let source = fs::read_to_string(folder.join(file)).expect("is there");
            assert!(source.contains(&starter), "{source}");
            assert_eq!(folder.join("types/index.d.ts").is_file(), language == Language::Ts);
            assert_eq!(folder.join("vendor/hookbox-sdk/Cargo.toml").is_file(), language == Language::Rust);
        }
        let left: Vec<_> = fs::read_dir(parent.path()).expect("reads").collect();
        assert_eq!(left.len(), 3 * TABLE.len(), "no draft is left behind: {left:?}");
    }

    #[test]
    fn nothing_is_overwritten() {
        let parent = tempfile::tempdir().expect("temporary folder");
        let folder = parent.path().join("mine");
        fs::create_dir(&folder).expect("made");
        fs::write(folder.join("hook.toml"), "mine").expect("writes");
        let error = create(&folder, "mine", Trigger::PostChangePassword, Language::Js).expect_err("is there");
        assert!(error.to_string().contains("is there already"), "{error}");
        assert_eq!(fs::read_to_string(folder.join("hook.toml")).expect("is there"), "mine");
    }
}
