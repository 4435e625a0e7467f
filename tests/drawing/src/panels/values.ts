/** The values that stats, gauges and bar gauges show, reduced and formatted by Grafana's own function. */
import { type FieldDisplay, getFieldDisplayValues } from '@grafana/data';
import { theme, timeZone } from '../setting';
import type { PanelProps } from './props';

export function valuesOf({ panel, result, variables }: PanelProps, sparkline = false): FieldDisplay[] {
  return getFieldDisplayValues({
    fieldConfig: result.fieldConfig,
    reduceOptions: panel.options?.reduceOptions ?? { calcs: ['lastNotNull'] },
    replaceVariables: variables.replaceIn,
    data: result.data.series,
    theme,
    timeZone,
    sparkline,
  });
}
