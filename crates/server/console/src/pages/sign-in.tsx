import { useRef } from 'preact/hooks';
import { signIn } from '../session';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { Icon } from '../ui/icon';
import { ErrorNotice } from '../ui/notice';

export function SignIn({ message }: { message: string | undefined }) {
  const input = useRef<HTMLInputElement>(null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const token = input.current?.value.trim();
    if (token) void signIn(token);
  };
  return (
    <main class="sign-in">
      <form class="card" onSubmit={submit}>
        <h1>
          <span class="mark">
            <Icon name="hooks" />
          </span>
          Sign in to Hookbox
        </h1>
        <Field
          label="Token"
          hint={
            <>
              A tenant’s token opens its hooks; the operator’s token opens the list of tenants. <code>hookbox tenants create NAME</code>{' '}
              makes a tenant and prints its token.
            </>
          }
        >
          {(ids) => (
            <input {...ids} ref={input} type="password" name="token" autocomplete="current-password" spellcheck={false} required autofocus />
          )}
        </Field>
        <ErrorNotice error={message ? new Error(message) : undefined} />
        <Button kind="primary" type="submit">
          Sign in
        </Button>
        <p class="hint">The token stays in this tab and is forgotten when you close it or sign out.</p>
      </form>
    </main>
  );
}
