/** Components whose code is loaded when they are first drawn. */

import { type ComponentType, h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from './ui/button';
import { Loading, Notice } from './ui/notice';

/** `what` is what the reader waits for: "the editor". */
export function lazyPart<P extends object>(what: string, load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return (props: P) => {
    const [part, setPart] = useState<ComponentType<P> | undefined>(() => loaded);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded) return;
      load().then(
        (found) => {
          loaded = found;
          setPart(() => found);
        },
        () => setFailed(true),
      );
    }, []);
    if (part) return h(part, props);
    if (!failed) return <Loading what={what} />;
    return (
      <Notice kind="warn">
        <p>A part of the console cannot be loaded. The daemon may have been renewed.</p>
        <Button onClick={() => location.reload()}>Load the page again</Button>
      </Notice>
    );
  };
}
