//! The starters in TypeScript, one for each trigger, and what an editor needs beside them.

use hookbox_protocol::Trigger;

/// The hook to start from.
pub(super) fn starter(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::PostChangePassword => POST_CHANGE_PASSWORD,
        Trigger::PostUserRegistration => POST_USER_REGISTRATION,
        Trigger::PreUserRegistration => PRE_USER_REGISTRATION,
        Trigger::CredentialsExchange => CREDENTIALS_EXCHANGE,
        Trigger::SendPhoneMessage => SEND_PHONE_MESSAGE,
    }
}

const POST_CHANGE_PASSWORD: &str = r"// Runs after a user's password was changed. It is done when its promise is; an error that it throws is kept in the log.
const hook: Hookbox.PostChangePassword = async (user, context) => {
  console.log('password changed for', user.email, 'in', context.connection.name);
};

export default hook;
";

const POST_USER_REGISTRATION: &str = r"// Runs after a user has signed up. It is done when its promise is; an error that it throws is kept in the log.
const hook: Hookbox.PostUserRegistration = async (user, context) => {
  console.log('welcome', user.email, 'to', context.connection.name);
};

export default hook;
";

const PRE_USER_REGISTRATION: &str = r"// Runs before a user is signed up, and may refuse with `cb(new PreUserRegistrationError('…'))` or add metadata.
const hook: Hookbox.PreUserRegistration = (user, context, cb) => {
  cb(null, { user: { app_metadata: { source: 'hookbox' } } });
};

export default hook;
";

const CREDENTIALS_EXCHANGE: &str = r"// Runs when a client asks for an access token with its own credentials; what it calls back with goes into the token.
const hook: Hookbox.CredentialsExchange = (client, scope, audience, context, cb) => {
  cb(null, { scope: scope || [] });
};

export default hook;
";

const SEND_PHONE_MESSAGE: &str = r"// Sends a code to a phone.
const hook: Hookbox.SendPhoneMessage = (recipient, text, context, cb) => {
  console.log('would send to', recipient);
  cb(null, { MessageID: 'none' });
};

export default hook;
";

/// The bundler and the checker are the author's own; without them `hookbox build` takes the bundler from npm.
pub(super) const PACKAGE_JSON: &str = r#"{
  "name": "{name}",
  "private": true,
  "scripts": {
    "check": "tsc"
  },
  "devDependencies": {
    "esbuild": "^0.25",
    "typescript": "^5"
  }
}
"#;

pub(super) const TSCONFIG_JSON: &str = r#"{
  "compilerOptions": {
    "noEmit": true,
    "strict": true,
    "noImplicitAny": false,
    "target": "es2022",
    "lib": ["es2022"],
    "module": "esnext",
    "moduleResolution": "bundler",
    "moduleDetection": "force",
    "types": ["./types"]
  },
  "include": ["hook.ts"]
}
"#;

pub(super) const README: &str = r#"# {name}

A hook for `{trigger}`, in TypeScript: `hook.ts`.

| command | what it does |
|---|---|
| `npm install`, `npm run check` | checks the types; your editor does so too |
| `hookbox build` | makes one script of it, `dist/hook.js`, and says which modules it will not find |
| `hookbox run` | builds it and runs it in the sandbox, on `event.json` |
| `hookbox dev` | does the same each time that you save a file |
| `hookbox deploy` | puts it on the daemon; `--dry-run` shows first what would change |
| `hookbox events`, `hookbox logs -f` | shows what became of it |

`hook.toml` names the hook, its trigger, its limits, and where its secrets come from; a hook reads them as
`context.webtask.secrets.NAME`. `types/` says what a hook is given: the triggers' arguments, the error classes and the other
globals, and the modules that are built in.

esbuild takes the types away and bundles what `hook.ts` imports; it checks nothing. It is the project's own after
`npm install`, and npm's otherwise.
"#;
