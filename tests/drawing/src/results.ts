/** From a panel to what it shows: its queries' frames, transformed, with the settings of its fields applied. */
import {
  type DataFrame,
  FieldType,
  LoadingState,
  type PanelData,
  type TimeRange,
  applyFieldOverrides,
  cacheFieldDisplayNames,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '@grafana/data';
import { lastValueFrom } from 'rxjs';
import { registry, settings } from './fieldConfig';
import { rowsOf } from './http';
import type { Panel, Target } from './model';
import { frames } from './prometheus';
import { theme, timeZone } from './setting';
import type { Variables } from './variables';

export interface Result {
  data: PanelData;
  fieldConfig: ReturnType<typeof settings>;
  isEmpty: boolean;
}

export function prepareTransformers(): void {
  const byId = new Map(Object.values(standardTransformers).map((one) => [one.id, one])); // one is listed under two names
  standardTransformersRegistry.setInit(() =>
    [...byId.values()].map((transformation) => ({
      id: transformation.id, name: transformation.name, transformation, editor: () => null, imageDark: '', imageLight: '',
    }))
  );
}

export async function resultOf(panel: Panel, range: TimeRange, width: number, variables: Variables): Promise<Result> {
  const targets = (panel.targets ?? []).filter(({ hide }) => !hide);
  const tables = targets.filter(({ format }) => format === 'table').length;
  const found = await Promise.all(targets.map((target) => run(panel, target, range, width, variables, tables)));
  const transformed = await transform(panel, found.flat());
  const fieldConfig = settings(panel);
  const series = applyFieldOverrides({
    data: transformed, fieldConfig, fieldConfigRegistry: registry(fieldConfig), theme, timeZone,
    replaceVariables: variables.replaceIn,
  });
  cacheFieldDisplayNames(series);
  const data: PanelData = { series, state: LoadingState.Done, timeRange: range };
  return { data, fieldConfig, isEmpty: !series.some(saysSomething) };
}

async function run(
  panel: Panel, target: Target, range: TimeRange, width: number, variables: Variables, tables: number
): Promise<DataFrame[]> {
  const kind = target.datasource?.type ?? panel.datasource?.type;
  switch (kind) {
    case 'prometheus':
      return frames(panel, target, range, width, variables, tables);
    case 'yesoreyeram-infinity-datasource':
      return rowsOf(target, variables);
    default:
      throw new Error(`this tool does not know data sources of the type ${kind}`);
  }
}

async function transform(panel: Panel, found: DataFrame[]): Promise<DataFrame[]> {
  const wanted = panel.transformations ?? [];
  const unknown = wanted.filter(({ id }) => !standardTransformersRegistry.getIfExists(id));
  if (unknown.length) {
    throw new Error(`transformations that @grafana/data does not have: ${unknown.map(({ id }) => id).join(', ')}`);
  }
  return lastValueFrom(transformDataFrame(wanted, found, { interpolate: (text) => text }));
}

/** Whether a frame has any value but instants and labels of nothing. */
function saysSomething(frame: DataFrame): boolean {
  return frame.fields.some(({ type, values }) => type !== FieldType.time && values.some((value) => value != null && value !== ''));
}
