/** Queries of a real Prometheus, and their results as the data frames that Grafana's own data source makes. */
import { type DataFrame, type Field, FieldType, type TimeRange, dateTime, rangeUtil, toDataFrame } from '@grafana/data';
import type { Panel, Target } from './model';
import type { Variables } from './variables';

const SCRAPE_SECONDS = 5; // config/prometheus/prometheus.yml; the provisioned data source says the same

type Labels = Record<string, string>;
interface Series {
  metric: Labels;
  value?: [number, string];
  values?: Array<[number, string]>;
}

/** Ask the API; a refusal is an error that tells Prometheus' own words. */
async function ask<T>(path: string, parameters: Record<string, string>): Promise<T> {
  const answer = await fetch(`/prometheus/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const body = await answer.json();
  if (body.status !== 'success') {
    throw new Error(`Prometheus: ${body.error} in ${parameters.query ?? path}`);
  }
  return body.data as T;
}

/** Answer a variable's query: `label_values(name)`, `label_values(selector, name)` or `query_result(expression)`. */
export async function labelValues(query: string): Promise<string[]> {
  const labels = /^label_values\((?:(.+),\s*)?(\w+)\)$/s.exec(query.trim());
  if (labels) {
    return ask<string[]>(`label/${labels[2]}/values`, labels[1] ? { 'match[]': labels[1] } : {});
  }
  const expression = /^query_result\((.+)\)$/s.exec(query.trim());
  if (expression) {
    const { result } = await ask<{ result: Series[] }>('query', { query: expression[1] });
    return result.map(({ metric, value }) => `${nameOf(metric)} ${value![1]} ${value![0] * 1000}`);
  }
  throw new Error(`this tool does not know the variable query ${query}`);
}

/** Run the target of a panel over the range, with the step that Grafana would take for a panel so wide. */
export async function frames(
  panel: Panel, target: Target, range: TimeRange, width: number, variables: Variables, ofTargets: number
): Promise<DataFrame[]> {
  const step = stepSeconds(panel, target, range, width);
  const known = variables.with(builtIn(step, range));
  const query = known.replace(target.expr ?? '');
  const to = Math.floor(range.to.valueOf() / 1000);
  const found = target.instant
    ? await ask<{ result: Series[] }>('query', { query, time: String(to) })
    : await ask<{ result: Series[] }>('query_range', {
        query,
        start: String(Math.floor(range.from.valueOf() / 1000 / step) * step),
        end: String(Math.ceil(to / step) * step),
        step: String(step),
      });
  const series = asSeries(found);
  if (target.format === 'table') {
    return series.length ? [table(series, target, ofTargets)] : [];
  }
  if (target.format === 'heatmap') {
    const byBound = [...series].sort((a, b) => number(a.metric.le)! - number(b.metric.le)!);
    return byBound.map((one) => line(one, target, query, step));
  }
  return series.map((one) => line(one, target, query, step));
}

function asSeries({ result, resultType }: { result: any; resultType?: string }): Series[] {
  return resultType === 'scalar' || resultType === 'string' ? [{ metric: {}, value: result }] : result;
}

function stepSeconds(panel: Panel, target: Target, range: TimeRange, width: number): number {
  const least = target.interval || panel.interval;
  const lowest = least?.startsWith('$') || !least ? `${SCRAPE_SECONDS}s` : least.replace(/^>/, '');
  const points = panel.maxDataPoints ?? Math.max(100, Math.round(width));
  return Math.max(1, rangeUtil.calculateInterval(range, points, lowest).intervalMs / 1000);
}

function builtIn(step: number, range: TimeRange): Record<string, string> {
  const seconds = Math.round((range.to.valueOf() - range.from.valueOf()) / 1000);
  return {
    __interval: `${step}s`,
    __interval_ms: String(step * 1000),
    __rate_interval: `${Math.max(step + SCRAPE_SECONDS, 4 * SCRAPE_SECONDS)}s`,
    __range: `${seconds}s`,
    __range_s: String(seconds),
    __range_ms: String(seconds * 1000),
    __from: String(range.from.valueOf()),
    __to: String(range.to.valueOf()),
  };
}

function points({ value, values }: Series): Array<[number, string]> {
  return values ?? (value ? [value] : []);
}

function line(series: Series, target: Target, query: string, step: number): DataFrame {
  const rows = points(series);
  const legend = legendOf(series.metric, target, query);
  return toDataFrame({
    refId: target.refId,
    meta: { type: target.format === 'heatmap' ? 'heatmap-rows' : 'timeseries-multi', typeVersion: [0, 1] },
    fields: [
      { name: 'Time', type: FieldType.time, values: rows.map(([at]) => at * 1000), config: { interval: step * 1000 } },
      {
        name: 'Value',
        type: FieldType.number,
        labels: series.metric,
        values: rows.map(([, value]) => number(value)),
        config: legend ? { displayNameFromDS: legend } : {},
      },
    ],
  });
}

/** All series of a target as rows: a column a label, as the data source's format "table" has it. */
function table(series: Series[], target: Target, ofTargets: number): DataFrame {
  const rows = series.flatMap((one) => points(one).map(([at, value]) => ({ at, value, labels: one.metric })));
  const names = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].sort();
  const columns = names.map(
    (name): Partial<Field> & { name: string } => ({
      name,
      type: FieldType.string,
      values: rows.map(({ labels }) => labels[name] ?? ''),
      config: { filterable: true },
    })
  );
  return toDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: rows.map(({ at }) => at * 1000), config: {} },
      ...columns,
      {
        name: ofTargets > 1 ? `Value #${target.refId}` : 'Value',
        type: FieldType.number,
        values: rows.map(({ value }) => number(value)),
        config: {},
      },
    ],
  });
}

function number(text: string): number | null {
  const value = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
  return Number.isNaN(value) ? null : value;
}

function legendOf(labels: Labels, { legendFormat, format }: Target, query: string): string {
  if (format === 'heatmap') {
    return labels.le ?? nameOf(labels);
  }
  if (legendFormat === '__auto') {
    return Object.keys(labels).length ? '' : query;
  }
  if (legendFormat) {
    return legendFormat.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, name) => labels[name] ?? '');
  }
  const name = nameOf(labels);
  return name === '{}' ? query : name;
}

function nameOf({ __name__ = '', ...labels }: Labels): string {
  const inside = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return inside.length || !__name__ ? `${__name__}{${inside.join(', ')}}` : __name__;
}

/** Return the range between two texts such as `now-6h` and `now`. */
export function rangeBetween(from: string, to: string, timeZone: string): TimeRange {
  return rangeUtil.convertRawToRange({ from, to }, timeZone) ?? { from: dateTime(), to: dateTime(), raw: { from, to } };
}
