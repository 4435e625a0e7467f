/** Tables from the JSON API and from Alertmanager, as the Infinity data source makes them: a column a selector. */
import { type DataFrame, FieldType, toDataFrame } from '@grafana/data';
import type { Target } from './model';
import type { Variables } from './variables';

/** The paths of this tool's server under which it hands on to each data source, by the data source's uid. */
const SERVED_AT: Record<string, string> = {
  'dunghan-api': '/api',
  'dunghan-alertmanager': '/alertmanager',
};

const TYPES: Record<string, FieldType> = {
  timestamp: FieldType.time,
  timestamp_epoch: FieldType.time,
  number: FieldType.number,
  boolean: FieldType.boolean,
};

export async function rowsOf(target: Target, variables: Variables): Promise<DataFrame[]> {
  const root = SERVED_AT[target.datasource?.uid ?? ''];
  if (root === undefined) {
    throw new Error(`this tool does not know the data source ${target.datasource?.uid}`);
  }
  const address = new URL(variables.replace(target.url ?? '', true), 'http://any');
  for (const { key, value } of target.url_options?.params ?? []) {
    const said = variables.replace(value, true);
    if (said !== '') {
      address.searchParams.append(key, said);
    }
  }
  const answer = await fetch(root + address.pathname + address.search);
  if (!answer.ok) {
    throw new Error(`${target.datasource?.uid}: ${answer.status} ${(await answer.text()).slice(0, 200)}`);
  }
  const found = at(await answer.json(), target.root_selector ?? '');
  const rows: unknown[] = Array.isArray(found) ? found : found == null ? [] : [found];
  const fields = (target.columns ?? []).map(({ selector, text, type }) => ({
    name: text,
    type: TYPES[type] ?? FieldType.string,
    values: rows.map((row) => typed(at(row, selector), type)),
    config: {},
  }));
  return [toDataFrame({ refId: target.refId, fields })];
}

/** Follow a selector such as `labels.agency`; JSONata's functions are not known here, and find nothing. */
function at(value: any, selector: string): any {
  return selector.split('.').filter((part) => part && part !== '$').reduce((inner, part) => inner?.[part], value);
}

function typed(value: any, type: string): unknown {
  if (value == null || value === '') {
    return null;
  }
  switch (type) {
    case 'timestamp':
      return Date.parse(value);
    case 'number':
      return Number(value);
    case 'string':
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
    default:
      return value;
  }
}
