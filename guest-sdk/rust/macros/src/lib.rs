//! The attributes of `hookbox-sdk`: each makes a function the hook of one trigger.
//!
//! Use them through `hookbox_sdk`, which re-exports them and holds what the generated code calls.

mod expand;

use proc_macro::TokenStream;

use expand::Trigger;

macro_rules! attributes {
    ($($(#[$doc:meta])* $name:ident, $arguments:ident, [$($argument:ident: $type:literal),*];)*) => {
        $(
            $(#[$doc])*
            #[proc_macro_attribute]
            pub fn $name(attribute: TokenStream, item: TokenStream) -> TokenStream {
                let trigger = Trigger {
                    export: stringify!($name),
                    arguments: stringify!($arguments),
                    parameters: &[$((stringify!($argument), $type)),*],
                };
                expand::hook(&trigger, attribute.into(), &item.into()).into()
            }
        )*
    };
}

attributes! {
    /// Runs the function after a user's password was changed: `fn(user: User, context: Context)`.
    ///
    /// The result's value is ignored; an error becomes an entry of the tenant log, and is tried again where that is safe.
    post_change_password, UserArguments, [user: "User", context: "Context"];

    /// Runs the function after a user has signed up: `fn(user: User, context: Context)`.
    ///
    /// The result's value is ignored; an error becomes an entry of the tenant log, and is tried again where that is safe.
    post_user_registration, UserArguments, [user: "User", context: "Context"];

    /// Runs the function before a user is signed up: `fn(user: User, context: Context)`.
    ///
    /// The result may be `{"user": {"user_metadata": …, "app_metadata": …}}`; an error refuses the registration.
    pre_user_registration, UserArguments, [user: "User", context: "Context"];

    /// Runs the function when a client asks for a token with its own credentials:
    /// `fn(client: Client, scope: Option<Vec<String>>, audience: String, context: ExchangeContext)`.
    ///
    /// The result is the token's `scope` and claims; an error refuses the token.
    credentials_exchange, ExchangeArguments, [
        client: "Client", scope: "Option<Vec<String>>", audience: "String", context: "ExchangeContext"
    ];

    /// Runs the function when a code is to be sent to a phone:
    /// `fn(recipient: String, text: String, context: PhoneContext)`.
    ///
    /// The result may be `{"MessageID": …}`; an error means that nothing was sent.
    send_phone_message, PhoneArguments, [recipient: "String", text: "String", context: "PhoneContext"];
}
