/** Texts that came from elsewhere, as text and nothing else; what would not show, or would deceive, is made visible. */

import { ago, pieces, time } from '../text';

export function Shown({ text }: { text: string }) {
  return (
    <bdi>
      {pieces(text).map((piece) =>
        piece.hidden ? (
          <span class="hidden-character" title={piece.hidden}>
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  );
}

export function Time({ at, relative = false }: { at: string; relative?: boolean }) {
  return (
    <time dateTime={at} title={relative ? time(at) : at}>
      {relative ? ago(at) : time(at)}
    </time>
  );
}
