/** What may be set on a field: the standard properties, and whatever a panel's own settings name. */
import {
  type FieldConfig,
  FieldConfigOptionsRegistry,
  type FieldConfigPropertyItem,
  type FieldConfigSource,
  displayNameOverrideProcessor,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
} from '@grafana/data';
import type { Panel } from './model';

const STANDARD = [
  'unit', 'min', 'max', 'fieldMinMax', 'decimals', 'displayName', 'noValue', 'color', 'thresholds', 'mappings', 'links',
  'actions', 'filterable',
];

/** The defaults of the panel types, which Grafana puts in when it loads a dashboard. */
const CUSTOM: Record<string, Record<string, unknown>> = {
  timeseries: {
    drawStyle: 'line', lineInterpolation: 'linear', lineWidth: 1, fillOpacity: 0, gradientMode: 'none', spanNulls: false,
    insertNulls: false, showPoints: 'auto', pointSize: 5, stacking: { mode: 'none', group: 'A' }, axisPlacement: 'auto',
    axisLabel: '', axisColorMode: 'text', axisBorderShow: false, axisCenteredZero: false, barAlignment: 0,
    scaleDistribution: { type: 'linear' }, hideFrom: { tooltip: false, viz: false, legend: false },
    thresholdsStyle: { mode: 'off' },
  },
  table: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false },
};

const THRESHOLDS = { mode: 'absolute', steps: [{ color: 'green', value: -Infinity }, { color: 'red', value: 80 }] };

export function prepareRegistries(): void {
  standardEditorsRegistry.setInit(() => []);
  standardFieldConfigEditorRegistry.setInit(() => STANDARD.map((id) => item(id, id, false)));
}

/** The panel's settings with Grafana's defaults for its type. */
export function settings(panel: Panel): FieldConfigSource {
  const { defaults = {}, overrides = [] } = panel.fieldConfig ?? {};
  const colour = panel.type === 'timeseries' ? 'palette-classic' : 'thresholds';
  const known: FieldConfig = { thresholds: THRESHOLDS as any, mappings: [], color: { mode: colour }, ...defaults };
  known.thresholds!.steps.forEach((step) => (step.value ??= -Infinity)); // JSON has no word for it but null
  known.custom = { ...CUSTOM[panel.type], ...defaults.custom };
  return { defaults: known, overrides };
}

export function registry({ defaults, overrides }: FieldConfigSource): FieldConfigOptionsRegistry {
  const named = overrides.flatMap(({ properties }) => properties.map(({ id }) => id));
  const custom = [...Object.keys(defaults.custom ?? {}).map((name) => `custom.${name}`), ...named]
    .filter((id) => id.startsWith('custom.'))
    .map((id) => item(id, id.slice('custom.'.length), true));
  const unknown = named.filter((id) => !id.startsWith('custom.') && !STANDARD.includes(id));
  if (unknown.length) {
    throw new Error(`overrides of properties that fields do not have: ${unknown.join(', ')}`);
  }
  const standard = STANDARD.map((id) => item(id, id, false));
  const byId = new Map([...standard, ...custom].map((one) => [one.id, one]));
  return new FieldConfigOptionsRegistry(() => [...byId.values()]);
}

function item(id: string, path: string, isCustom: boolean): FieldConfigPropertyItem {
  const nothing = () => null;
  return {
    id, path, isCustom, name: id, editor: nothing, override: nothing,
    process: id === 'displayName' ? (displayNameOverrideProcessor as FieldConfigPropertyItem['process']) : withThresholds(id),
    shouldApply: () => true, settings: { expandTemplateVars: id === 'displayName' },
  };
}

function withThresholds(id: string): FieldConfigPropertyItem['process'] {
  if (id !== 'thresholds') {
    return (value) => value;
  }
  return (value) => ({
    ...value,
    steps: value.steps.map((step: { color: string; value: number | null }) => ({ ...step, value: step.value ?? -Infinity })),
  });
}
