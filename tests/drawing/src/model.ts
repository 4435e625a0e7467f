/** What this tool reads of a dashboard's JSON (schema 39 to 41, the classic form). */
import type { DataTransformerConfig, FieldConfigSource } from '@grafana/data';

export interface DataSourceRef {
  type?: string;
  uid?: string;
}

export interface Target {
  refId: string;
  hide?: boolean;
  datasource?: DataSourceRef;
  // Prometheus
  expr?: string;
  legendFormat?: string;
  instant?: boolean;
  range?: boolean;
  format?: 'time_series' | 'table' | 'heatmap';
  interval?: string;
  // Infinity
  type?: string;
  url?: string;
  url_options?: { params?: Array<{ key: string; value: string }> };
  root_selector?: string;
  columns?: Array<{ selector: string; text: string; type: string }>;
}

export interface Panel {
  id: number;
  type: string;
  title?: string;
  description?: string;
  datasource?: DataSourceRef;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  options?: Record<string, any>;
  fieldConfig?: FieldConfigSource;
  transformations?: DataTransformerConfig[];
  panels?: Panel[]; // of a collapsed row
  interval?: string;
  maxDataPoints?: number;
  timeFrom?: string;
  repeat?: string;
}

export interface Variable {
  name: string;
  type: string;
  label?: string;
  hide?: number;
  query?: string | { query: string };
  regex?: string;
  sort?: number;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string | null;
  current?: { text?: string | string[]; value?: string | string[] };
  options?: Array<{ text: string; value: string }>;
}

export interface Annotation {
  name: string;
  enable?: boolean;
  hide?: boolean;
  datasource?: DataSourceRef;
  expr?: string;
}

export interface Dashboard {
  uid: string;
  title: string;
  description?: string;
  time?: { from: string; to: string };
  timezone?: string;
  links?: Array<{ title: string }>;
  panels: Panel[];
  templating?: { list: Variable[] };
  annotations?: { list: Annotation[] };
}

export enum PanelState {
  Drawn = 'drawn',
  Empty = 'empty', // its queries were answered, with nothing
  Failed = 'failed',
}

/** What is told of one panel once it has been drawn. */
export interface PanelReport {
  id: number;
  title: string;
  type: string;
  state: PanelState;
  message: string;
  text: string; // as a person reads it
  values: number[]; // the numbers that a stat, gauge or bar gauge shows, unrounded
}
