/** Heatmaps of histogram buckets. Approximated: Grafana 13 keeps its own inside the application. */
import { type DataFrame, type Field, FieldType, dateTimeFormat, formattedValueToString, getValueFormat } from '@grafana/data';
import { interpolateOranges } from 'd3-scale-chromatic';
import { theme, timeZone } from '../setting';
import { Nothing } from './Tables';
import type { PanelProps } from './props';

const [LEFT, BOTTOM] = [70, 22];

/** Buckets of a histogram include the smaller ones; what lies between two is their difference. */
function between(buckets: DataFrame[]): Array<{ name: string; at: Map<number, number> }> {
  let below = new Map<number, number>();
  return buckets.map((frame) => {
    const [times, counts] = [field(frame, FieldType.time), field(frame, FieldType.number)];
    const all = new Map<number, number>(times.values.map((at: number, index: number) => [at, counts.values[index] ?? 0]));
    const at = new Map([...all].map(([time, count]) => [time, count - (below.get(time) ?? 0)]));
    below = all;
    return { name: counts.labels?.le ?? counts.name, at };
  });
}

const field = (frame: DataFrame, type: FieldType): Field => frame.fields.find((one) => one.type === type)!;

export function Heatmap({ panel, result, width, height }: PanelProps) {
  const rows = between(result.data.series);
  const counts = rows.flatMap(({ at }) => [...at.values()]);
  const most = Math.max(0, ...counts);
  if (!most) {
    return <Nothing text={result.fieldConfig.defaults.noValue} />;
  }
  const { from, to } = result.data.timeRange;
  const step = field(result.data.series[0], FieldType.time).config.interval ?? 15_000;
  const x = (at: number) => LEFT + ((at - from.valueOf()) / (to.valueOf() - from.valueOf())) * (width - LEFT);
  const tall = (height - BOTTOM) / rows.length;
  const y = (row: number) => (rows.length - 1 - row) * tall;
  const unit = getValueFormat(panel.options?.yAxis?.unit ?? 'short');
  const least = panel.options?.filterValues?.le ?? 0;
  const exponent = panel.options?.color?.exponent ?? 0.5;
  return (
    <svg width={width} height={height} fontSize={12} fill={theme.colors.text.secondary}>
      {rows.map(({ name, at }, row) => (
        <g key={name}>
          <text x={LEFT - 8} y={y(row) + tall / 2} textAnchor="end" dominantBaseline="central">
            {name === '+Inf' ? '+Inf' : formattedValueToString(unit(Number(name)))}
          </text>
          {[...at].filter(([, count]) => count > least).map(([time, count]) => (
            <rect key={time} x={x(time - step) + 0.5} y={y(row) + 0.5} width={Math.max(1, x(time) - x(time - step) - 1)}
              height={tall - 1} fill={interpolateOranges(1 - (count / most) ** exponent)} />
          ))}
        </g>
      ))}
      {[0.1, 0.35, 0.6, 0.85].map((share) => (
        <text key={share} x={LEFT + share * (width - LEFT)} y={height - 6} textAnchor="middle">
          {dateTimeFormat(from.valueOf() + share * (to.valueOf() - from.valueOf()), { format: 'HH:mm:ss', timeZone })}
        </text>
      ))}
    </svg>
  );
}
