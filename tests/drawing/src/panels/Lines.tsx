/** The time series panel: TimeSeries of @grafana/ui, of which Grafana's own is a later copy. */
import { type DataFrame, FieldType } from '@grafana/data';
import { TimeSeries } from '@grafana/ui';
import { timeZone } from '../setting';
import { Nothing } from './Tables';
import type { PanelProps } from './props';

export function Lines({ panel, result, width, height }: PanelProps) {
  const frames = result.data.series.filter(isPlottable);
  if (!frames.length) {
    return <Nothing text={result.fieldConfig.defaults.noValue} />;
  }
  const legend = { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [], ...panel.options?.legend };
  return (
    <TimeSeries
      frames={frames}
      structureRev={1}
      timeRange={result.data.timeRange}
      timeZone={timeZone}
      width={width}
      height={height}
      legend={legend}
      options={panel.options}
    />
  );
}

function isPlottable({ fields, length }: DataFrame): boolean {
  return length > 0 && fields.some(({ type }) => type === FieldType.time) && fields.some(({ type }) => type === FieldType.number);
}
