import { api, type AuditEntry } from '../api';
import { useLoad } from '../load';
import { setQuery, usePlace } from '../router';
import { utc } from '../text';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { Empty, ErrorNotice, Loading } from '../ui/notice';
import { Page } from '../ui/page';
import { MarkedPages, useMarkers } from '../ui/pages';
import { Shown, Time } from '../ui/shown';

const TAKE = 50;

/** Who changed what: the tenant's trail, or the operator's own. */
export function AuditPage() {
  const { query } = usePlace();
  const filter = { since: query.get('since') ?? '', until: query.get('until') ?? '' };
  const key = JSON.stringify(filter);
  const markers = useMarkers(key);
  const trail = useLoad(
    (signal) => api.audit({ take: TAKE, from: markers.from, since: utc(filter.since), until: utc(filter.until) }, signal),
    [key, markers.from],
  );
  const change = (name: keyof typeof filter) => (value: string) => setQuery({ ...filter, [name]: value });
  const isFiltered = filter.since !== '' || filter.until !== '';
  return (
    <Page title="Audit">
      <search class="filters">
        <Field label="Since">
          {(ids) => <input {...ids} type="datetime-local" value={filter.since} onChange={(event) => change('since')(event.currentTarget.value)} />}
        </Field>
        <Field label="Until">
          {(ids) => <input {...ids} type="datetime-local" value={filter.until} onChange={(event) => change('until')(event.currentTarget.value)} />}
        </Field>
        {isFiltered && <Button onClick={() => setQuery({})}>Clear filters</Button>}
      </search>
      <ErrorNotice error={trail.error} onRetry={trail.reload} />
      {!trail.data && !trail.error && <Loading what="the audit trail" />}
      {trail.data?.entries.length === 0 && (
        <Empty title={isFiltered ? 'Nothing matches' : 'Nothing yet'}>
          <p>{isFiltered ? 'Change or clear the filters.' : 'Every change that a person or a program makes is written here, with the token that it came with.'}</p>
        </Empty>
      )}
      {trail.data && trail.data.entries.length > 0 && <Table entries={trail.data.entries} />}
      <MarkedPages name="the audit trail" markers={markers} next={trail.data?.next} />
    </Page>
  );
}

function Table({ entries }: { entries: AuditEntry[] }) {
  return (
    <div class="card scroll" tabIndex={0} role="region" aria-label="Audit trail">
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">To what</th>
            <th scope="col">Details</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td>
                <Time at={entry.at} />
              </td>
              <td>{who(entry)}</td>
              <th scope="row">
                <Shown text={entry.action} />
              </th>
              <td>
                <code>
                  <Shown text={entry.subject} />
                </code>
              </td>
              <td class="details">
                {entry.details !== null && JSON.stringify(entry.details) !== '{}' && (
                  <code>
                    <Shown text={JSON.stringify(entry.details)} />
                  </code>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function who(entry: AuditEntry) {
  if (entry.token_name !== null) return <Shown text={entry.token_name} />;
  return <span class="faint">{entry.token_id === null ? 'the operator' : `token ${entry.token_id}`}</span>;
}
