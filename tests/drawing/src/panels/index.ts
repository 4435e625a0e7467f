import type { ComponentType } from 'react';
import { BarGauges } from './BarGauges';
import { Gauges } from './Gauges';
import { Heatmap } from './Heatmap';
import { Lines } from './Lines';
import { Stat } from './Stat';
import { Tables } from './Tables';
import { Text } from './Text';
import type { PanelProps } from './props';

export const PANELS: Record<string, ComponentType<PanelProps>> = {
  stat: Stat,
  gauge: Gauges,
  bargauge: BarGauges,
  table: Tables,
  timeseries: Lines,
  heatmap: Heatmap,
  text: Text,
};

/** The types whose values a report tells, for a test to compare them with what Prometheus says. */
export const OF_VALUES = new Set(['stat', 'gauge', 'bargauge']);
