/** The little Markdown of descriptions: paragraphs, lists, and code between backticks. */

import { Shown } from '../ui/shown';

export function Prose({ text }: { text: string }) {
  return (
    <div class="prose">
      {text.split(/\n\n+/).map((block) =>
        block.startsWith('- ') ? (
          <ul>
            {block.split(/\n(?=- )/).map((item) => (
              <li>
                <Line text={item.slice(2)} />
              </li>
            ))}
          </ul>
        ) : (
          <p>
            <Line text={block} />
          </p>
        ),
      )}
    </div>
  );
}

export function Line({ text }: { text: string }) {
  // Every other piece stands between backticks.
  return <>{text.split('`').map((piece, index) => (index % 2 === 1 ? <code>{piece}</code> : <Shown text={piece} />))}</>;
}
