/** What the daemon carries: the queue of all tenants, the nodes, the busiest tenants. */

import { api, type Node, type OperatorStats } from '../../api';
import { useLoad } from '../../load';
import { Link } from '../../router';
import { ago, bytes, count, span } from '../../text';
import { Empty, ErrorNotice, Loading } from '../../ui/notice';
import { Badge } from '../../ui/outcome';
import { Page } from '../../ui/page';
import { Shown, Time } from '../../ui/shown';
import { Tile } from '../../ui/tile';

/** A node that has been silent for longer is taken for gone; it says that it lives every few seconds. */
const SILENT_MS = 30_000;

export function LoadPage() {
  const stats = useLoad((signal) => api.operatorStats(signal), [], 5000);
  return (
    <Page title="Load">
      <ErrorNotice error={stats.error} onRetry={stats.reload} />
      {!stats.data && !stats.error && <Loading what="the load" />}
      {stats.data && <Figures stats={stats.data} />}
    </Page>
  );
}

function Figures({ stats }: { stats: OperatorStats }) {
  const { backlog, database } = stats;
  return (
    <div class="stack">
      <dl class="tiles">
        <Tile name="Running" value={count(backlog.leased)} />
        <Tile name="Waiting" value={count(backlog.pending)} note={backlog.held > 0 && `${count(backlog.held)} held`} />
        <Tile name="Longest due" value={stats.oldest_due_ms === 0 ? '–' : span(stats.oldest_due_ms)} bad={stats.oldest_due_ms > 60_000} />
        <Tile name="Dead" value={count(stats.dead)} />
        <Tile
          name="Tenants"
          value={<Link to="/tenants">{count(stats.tenants)}</Link>}
          note={stats.suspended > 0 && `${count(stats.suspended)} suspended`}
        />
        <Tile name="Database" value={bytes(database.bytes)} note={database.engine === 'sqlite' ? 'SQLite' : 'PostgreSQL'} />
      </dl>
      <Nodes nodes={stats.nodes} />
      <Busiest rows={stats.busiest} />
    </div>
  );
}

function Nodes({ nodes }: { nodes: Node[] }) {
  return (
    <section class="card" aria-labelledby="nodes">
      <header class="card-header">
        <h2 id="nodes">Nodes</h2>
      </header>
      <div class="scroll" tabIndex={0} role="group" aria-label="Table of nodes">
        <table>
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">State</th>
              <th scope="col">Address</th>
              <th scope="col">Version</th>
              <th scope="col">Started</th>
              <th scope="col" class="figure">
                Running
              </th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <tr key={node.id}>
                <th scope="row">
                  <Shown text={node.id} />
                </th>
                <td>
                  <State node={node} />
                </td>
                <td>{node.address ? <Shown text={node.address} /> : <span class="faint">not said</span>}</td>
                <td>
                  <Shown text={node.version} />
                </td>
                <td>
                  <Time at={node.started_at} />
                </td>
                <td class="figure">{count(node.running)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {nodes.length === 0 && <p class="faint padded">No node has said that it lives yet.</p>}
      </div>
    </section>
  );
}

function State({ node }: { node: Node }) {
  const isSilent = Date.now() - new Date(node.seen_at).getTime() > SILENT_MS;
  return isSilent ? <Badge name="dead" label={`silent, last seen ${ago(node.seen_at)}`} /> : <Badge name="succeeded" label="alive" />;
}

function Busiest({ rows }: { rows: OperatorStats['busiest'] }) {
  const busy = rows.filter((row) => row.pending + row.leased + row.dead > 0);
  return (
    <section class="card" aria-labelledby="busiest">
      <header class="card-header">
        <h2 id="busiest">Tenants with the longest backlog</h2>
      </header>
      {busy.length === 0 ? (
        <Empty title="Nothing waits">No tenant has deliveries that wait, run or are dead.</Empty>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label="Table of tenants">
          <table>
            <thead>
              <tr>
                <th scope="col">Tenant</th>
                <th scope="col" class="figure">
                  Waiting
                </th>
                <th scope="col" class="figure">
                  Running
                </th>
                <th scope="col" class="figure">
                  Dead
                </th>
              </tr>
            </thead>
            <tbody>
              {busy.map((row) => (
                <tr key={row.tenant}>
                  <th scope="row">
                    <Link to={`/tenants/${row.tenant}`}>{row.tenant}</Link>
                  </th>
                  <td class="figure">{count(row.pending)}</td>
                  <td class="figure">{count(row.leased)}</td>
                  <td class="figure">{count(row.dead)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
