/** A labelled control with its hint. */

import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Props {
  label: string;
  hint?: ComponentChildren;
  children: (ids: { id: string; 'aria-describedby': string | undefined }) => ComponentChildren;
}

export function Field({ label, hint, children }: Props) {
  const id = useId();
  const hintId = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': hint ? hintId : undefined })}
      {hint && (
        <p class="hint" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  options: [value: string, label: string][];
  onChange: (value: string) => void;
  /** Beside other things, with its label for screen readers only. */
  isInline?: boolean;
}

export function Select({ label, value, options, onChange, isInline = false }: SelectProps) {
  if (isInline) {
    return (
      <label class="inline">
        <span class="visually-hidden">{label}</span>
        <Options value={value} options={options} onChange={onChange} />
      </label>
    );
  }
  return (
    <Field label={label}>
      {(ids) => <Options ids={ids} value={value} options={options} onChange={onChange} />}
    </Field>
  );
}

function Options({ ids, value, options, onChange }: Pick<SelectProps, 'value' | 'options' | 'onChange'> & { ids?: { id: string } }) {
  return (
    <select {...ids} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
  );
}

export function Switch({ label, on, busy, onChange }: { label: string; on: boolean; busy?: boolean; onChange: (on: boolean) => void }) {
  return (
    <button
      type="button"
      role="switch"
      class="switch"
      aria-checked={on}
      aria-label={label}
      title={label}
      aria-busy={busy || undefined}
      onClick={() => {
        if (!busy) onChange(!on);
      }}
    >
      <span />
    </button>
  );
}
