//! From a function to a hook: what the attributes check, and what they add.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, FnArg, ItemFn, ReturnType, Signature};

/// What an attribute knows of its trigger.
pub(crate) struct Trigger {
    /// The module's export, which is also the attribute's name.
    pub(crate) export: &'static str,
    /// The type of `hookbox_sdk::hook` that holds the arguments.
    pub(crate) arguments: &'static str,
    /// Names and types, in the order of the function's parameters.
    pub(crate) parameters: &'static [(&'static str, &'static str)],
}

impl Trigger {
    fn signature(&self) -> String {
        let parameters: Vec<String> = self.parameters.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        format!("fn({}) -> Result<(), Error>", parameters.join(", "))
    }
}

/// The function itself and what exports it, or the function and a compile error: keeping the function keeps the
/// compiler from complaining about everything that calls it, too.
pub(crate) fn hook(trigger: &Trigger, attribute: TokenStream, item: &TokenStream) -> TokenStream {
    if !attribute.is_empty() {
        let message = format!("`#[hookbox_sdk::{}]` takes no arguments", trigger.export);
        let error = Error::new_spanned(attribute, message).into_compile_error();
        return quote!(#error #item);
    }
    let function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(_) => {
            let message = format!("`#[hookbox_sdk::{}]` goes on a function, {}", trigger.export, trigger.signature());
            let error = Error::new_spanned(item, message).into_compile_error();
            return quote!(#error #item);
        }
    };
    match check(trigger, &function.sig) {
        Ok(()) => {
            let added = added(trigger, &function.sig);
            quote!(#function #added)
        }
        Err(error) => {
            let error = error.into_compile_error();
            quote!(#error #function)
        }
    }
}

fn check(trigger: &Trigger, signature: &Signature) -> Result<(), Error> {
    if let Some(asyncness) = &signature.asyncness {
        return Err(Error::new(
            asyncness.span(),
            "a hook is not async: remove `async`; `hookbox_sdk::http::send_all` lets several requests overlap",
        ));
    }
    if !signature.generics.params.is_empty() || signature.generics.where_clause.is_some() {
        return Err(Error::new(
            signature.generics.span(),
            format!("a hook is not generic: the host calls it as {}", trigger.signature()),
        ));
    }
    if signature.inputs.len() != trigger.parameters.len() {
        return Err(Error::new(signature.paren_token.span.join(), wrong_count(trigger, signature)));
    }
    for input in &signature.inputs {
        if let FnArg::Receiver(receiver) = input {
            return Err(Error::new_spanned(
                receiver,
                "a hook is a function of its own, not a method: it has no `self`",
            ));
        }
    }
    if let ReturnType::Default = signature.output {
        return Err(Error::new(
            signature.ident.span(),
            "a hook says how it went: let it return `Result<(), hookbox_sdk::Error>`, and end it with `Ok(())`",
        ));
    }
    Ok(())
}

fn wrong_count(trigger: &Trigger, signature: &Signature) -> String {
    let (given, taken) = (signature.inputs.len(), trigger.parameters.len());
    let mut message = format!(
        "a {} hook takes {taken} parameters, and this one has {given}: {}",
        trigger.export.replace('_', "-"),
        trigger.signature(),
    );
    if given < taken {
        message += "; put an underscore before the name of one that you do not need";
    }
    message
}

fn added(trigger: &Trigger, signature: &Signature) -> TokenStream {
    let function = &signature.ident;
    let export = format_ident!("{}", trigger.export);
    let arguments = format_ident!("{}", trigger.arguments);
    let fields: Vec<_> = trigger.parameters.iter().map(|(name, _)| format_ident!("{name}")).collect();
    // One statement for each, in the span of the author's type: there the compiler says "mismatched types".
    let bound = fields.iter().zip(&signature.inputs).map(|(field, input)| match input {
        FnArg::Typed(typed) => {
            let ty = &typed.ty;
            let member = Ident::new(&field.to_string(), ty.span());
            quote_spanned!(ty.span()=> let #field: #ty = arguments.#member;)
        }
        FnArg::Receiver(_) => TokenStream::new(),
    });
    let result = match &signature.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => Span::call_site(),
    };
    let answer = quote_spanned!(result=> ::hookbox_sdk::hook::answer(result));
    quote! {
        const _: () = {
            // Natively nothing calls it: it is there to check the types, and to keep the hook from being "never used".
            #[allow(dead_code, reason = "natively only tests call the hook")]
            fn run(input: &[u8]) -> ::hookbox_sdk::hook::Answer {
                let arguments: ::hookbox_sdk::hook::#arguments = match ::hookbox_sdk::hook::arguments(input) {
                    ::core::result::Result::Ok(arguments) => arguments,
                    ::core::result::Result::Err(error) => return ::hookbox_sdk::hook::Answer::of_error(&error),
                };
                #(#bound)*
                let result = #function(#(#fields),*);
                #answer
            }

            #[cfg(target_family = "wasm")]
            #[unsafe(no_mangle)]
            extern "C" fn #export(ptr: i32, len: i32) -> i64 {
                ::hookbox_sdk::hook::enter(ptr, len, run)
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIGGER: Trigger = Trigger {
        export: "post_change_password",
        arguments: "UserArguments",
        parameters: &[("user", "User"), ("context", "Context")],
    };

    fn check(source: &str, expected: Result<(), &str>) {
        let item = source.parse().expect("tokens");
        let text = hook(&TRIGGER, TokenStream::new(), &item).to_string();
        match expected {
            Ok(()) => assert!(!text.contains("compile_error") && text.contains("no_mangle"), "{source}\n{text}"),
            Err(part) => assert!(text.contains("compile_error") && text.contains(part), "{source}\n{text}"),
        }
    }

    #[test]
    fn a_function_with_the_triggers_parameters_is_kept_and_exported() {
        check("fn notify(user: User, context: Context) -> Result<(), Error> { Ok(()) }", Ok(()));
        check("pub fn notify(User { email, .. }: User, _: Context) -> Result<u8, Error> { Ok(1) }", Ok(()));
    }

    #[test]
    fn what_cannot_be_a_hook_is_refused_with_the_way_out() {
        let cases = [
            ("fn h(user: User) -> R {}", "takes 2 parameters, and this one has 1: fn(user: User, context: Context)"),
            ("fn h(user: User) -> R {}", "put an underscore before the name"),
            ("fn h(a: User, b: Context, cb: Callback) -> R {}", "takes 2 parameters, and this one has 3"),
            ("async fn h(user: User, context: Context) -> R {}", "a hook is not async"),
            ("fn h<T>(user: T, context: Context) -> R {}", "a hook is not generic"),
            ("fn h<'a>(user: &'a User, context: Context) -> R {}", "a hook is not generic"),
            ("fn h(&self, context: Context) -> R {}", "has no `self`"),
            ("fn h(user: User, context: Context) {}", "end it with `Ok(())`"),
            ("struct Hook;", "goes on a function"),
        ];
        for (source, message) in cases {
            check(source, Err(message));
        }
    }

    #[test]
    fn the_attribute_takes_no_arguments() {
        let item = "fn h(user: User, context: Context) -> R {}".parse().expect("tokens");
        let text = hook(&TRIGGER, quote!(retry = true), &item).to_string();
        assert!(text.contains("`#[hookbox_sdk::post_change_password]` takes no arguments"), "{text}");
    }
}
