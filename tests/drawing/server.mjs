// The page's server, on loopback: the bundle, the dashboards, and what Grafana would hand on to its data sources.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, extname, join } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json' };
const SOURCES = { prometheus: 'Prometheus', alertmanager: 'Alertmanager', api: 'the JSON API' };
const here = import.meta.dirname;

// Grafana serves its icons itself; of those, the ones that the drawn components ask for.
const ICONS = {
  'info-circle': 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm-1 5h2v2h-2zm0 4h2v6h-2z',
  'arrow-down': 'M11 4h2v12l5-5 1 2-7 7-7-7 1-2 5 5z',
  'arrow-up': 'M11 20h2V8l5 5 1-2-7-7-7 7 1 2 5-5z',
};

/** Start it; `upstream` names the addresses behind /prometheus, /alertmanager and /api. */
export async function serve({ dashboards, upstream }) {
  const server = createServer(async (request, response) => {
    try {
      const { status = 200, type, body } = await answer(request.url, { dashboards, upstream });
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    } catch (error) {
      response.writeHead(error.code === 'ENOENT' ? 404 : 502, { 'content-type': 'text/plain' }).end(String(error));
    }
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

async function answer(url, { dashboards, upstream }) {
  const { pathname, search } = new URL(url, 'http://any');
  const [, first, ...rest] = pathname.split('/');
  if (first in SOURCES && !(first in upstream)) {
    return { status: 503, type: 'text/plain', body: `${SOURCES[first]} is not served in this run` };
  }
  if (first in upstream) {
    return handOn(`${upstream[first]}/${rest.join('/')}${search}`);
  }
  if (first === 'dashboards') {
    return file(join(dashboards, basename(pathname)));
  }
  if (first === 'public') {
    return icon(basename(pathname, '.svg'));
  }
  return pathname === '/' ? file(join(here, 'index.html')) : file(join(here, 'dist', basename(pathname)));
}

async function file(path) {
  return { type: `${TYPES[extname(path)] ?? 'text/plain'}; charset=utf-8`, body: await readFile(path) };
}

async function handOn(address) {
  const answered = await fetch(address);
  const body = Buffer.from(await answered.arrayBuffer());
  return { status: answered.status, type: answered.headers.get('content-type') ?? 'text/plain', body };
}

function icon(name) {
  return { type: 'image/svg+xml', body: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="${ICONS[name] ?? ''}"/></svg>` };
}
