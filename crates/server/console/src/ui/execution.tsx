/** What is known of one run: the error, what it used against its limits, what it printed, whom it called. */

import { useState } from 'preact/hooks';
import type { Call, Execution, LogLine } from '../api';
import { bytes, count, counted, milliseconds, quantity } from '../text';
import { Button } from './button';
import { Badge } from './outcome';
import { Shown } from './shown';

const LINES_AT_ONCE = 200;

export function ExecutionDetails({ run, limits }: { run: Execution; limits?: Record<string, number> | undefined }) {
  return (
    <div class="execution">
      {run.error && <Failure error={run.error} />}
      <Usage run={run} limits={limits} />
      <Lines lines={run.logs} dropped={run.log_lines_dropped ?? 0} />
      <Calls calls={run.http} />
    </div>
  );
}

export function Failure({ error }: { error: NonNullable<Execution['error']> }) {
  return (
    <div class="failure">
      <p>
        <strong>
          <Shown text={error.name} />
        </strong>
        : <Shown text={error.message} />
      </p>
      {error.stack && (
        <details>
          <summary>Stack</summary>
          <pre tabIndex={0} role="group" aria-label="Stack">
            <Shown text={error.stack} />
          </pre>
        </details>
      )}
      {error.properties && Object.keys(error.properties).length > 0 && (
        <pre tabIndex={0} role="group" aria-label="Properties of the error">
          <Shown text={JSON.stringify(error.properties, null, 2)} />
        </pre>
      )}
      {error.retryable === false && <p class="hint">The hook said that a retry makes no sense.</p>}
    </div>
  );
}

function Usage({ run, limits }: { run: Execution; limits?: Record<string, number> | undefined }) {
  return (
    <dl class="usage">
      <Meter name="Fuel" value={run.fuel_used} limit={limits?.['fuel']} unit="units" />
      <Meter name="CPU" value={run.cpu_ms} limit={limits?.['cpu_ms']} unit="ms" />
      <Meter name="Wall" value={run.wall_ms} limit={limits?.['wall_ms']} unit="ms" />
      <Meter name="Memory" value={run.memory_bytes_peak} limit={limits?.['memory_bytes']} unit="bytes" />
    </dl>
  );
}

function Meter({ name, value, limit, unit }: { name: string; value: number; limit: number | undefined; unit: string }) {
  const share = limit ? Math.min(1, value / limit) : 0;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span class="amount">{quantity(value, unit)}</span>
        {limit !== undefined && <span class="faint"> of {quantity(limit, unit)}</span>}
        {limit !== undefined && (
          <svg class="meter" aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none">
            <rect class="track" width="100" height="4" />
            <rect class={share > 0.9 ? 'bad' : share > 0.6 ? 'warn' : 'good'} width={Math.max(1, share * 100)} height="4" />
          </svg>
        )}
      </dd>
    </div>
  );
}

export function Lines({ lines, dropped }: { lines: LogLine[]; dropped: number }) {
  const [shown, setShown] = useState(LINES_AT_ONCE);
  if (lines.length === 0) return <p class="faint">It printed nothing.</p>;
  return (
    <section>
      <h3>{counted(lines.length, 'log line')}</h3>
      <ol class="lines">
        {lines.slice(0, shown).map((line, index) => (
          <li key={index} class={line.level}>
            <span class="at">{milliseconds(line.at_ms)}</span>
            <span class="level">{line.level}</span>
            <span class="message">
              <Shown text={line.message} />
            </span>
          </li>
        ))}
      </ol>
      {shown < lines.length && (
        <Button onClick={() => setShown(shown + LINES_AT_ONCE)}>Show more ({count(lines.length - shown)} left)</Button>
      )}
      {dropped > 0 && <p class="hint">{counted(dropped, 'further line')} went over a log limit and {dropped === 1 ? 'was' : 'were'} not kept.</p>}
    </section>
  );
}

export function Calls({ calls }: { calls: Call[] }) {
  if (calls.length === 0) return <p class="faint">It made no outgoing calls.</p>;
  return (
    <section>
      <h3>{counted(calls.length, 'outgoing call')}</h3>
      <div class="scroll" tabIndex={0} role="region" aria-label="Outgoing calls">
        <table>
          <thead>
            <tr>
              <th scope="col">Call</th>
              <th scope="col">Answer</th>
              <th scope="col" class="figure">
                Time
              </th>
              <th scope="col" class="figure">
                Sent
              </th>
              <th scope="col" class="figure">
                Received
              </th>
            </tr>
          </thead>
          <tbody>
            {calls.map((call, index) => (
              <tr key={index}>
                <td class="address">
                  <code>
                    {call.method} <Shown text={call.url} />
                  </code>
                </td>
                <td>
                  {call.status !== undefined && (
                    <Badge name={call.status < 400 ? 'completed' : 'failed'} label={String(call.status)} />
                  )}
                  {call.error !== undefined && <Badge name="trapped" label={call.error} />}
                </td>
                <td class="figure">{milliseconds(call.wall_ms)}</td>
                <td class="figure">{bytes(call.request_bytes)}</td>
                <td class="figure">{bytes(call.response_bytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
