import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon';

interface Props {
  children?: ComponentChildren;
  kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  icon?: IconName;
  /** For a button that shows only its icon. */
  label?: string;
  type?: 'button' | 'submit';
  busy?: boolean;
  disabled?: boolean;
  pressed?: boolean;
  title?: string;
  onClick?: () => void;
}

export function Button({ children, kind = 'plain', icon, label, type = 'button', busy, disabled, pressed, title, onClick }: Props) {
  return (
    <button
      type={type}
      class={`button ${kind}`}
      // A button that is disabled while it works would lose the focus.
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      aria-pressed={pressed}
      aria-label={label}
      title={title ?? label}
      disabled={disabled}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.();
      }}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
