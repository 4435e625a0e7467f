/** Gauges. Approximated: Grafana 13 keeps its dial inside the application, so an arc is drawn here instead. */
import { type FieldDisplay, VizOrientation, formattedValueToString } from '@grafana/data';
import { VizRepeater } from '@grafana/ui';
import { theme } from '../setting';
import type { PanelProps } from './props';
import { valuesOf } from './values';

const TURN = 250; // degrees from the least to the most

export function Gauges(props: PanelProps) {
  const values = valuesOf(props);
  return (
    <VizRepeater
      getValues={() => values}
      renderValue={({ value, width, height }) => <Dial value={value as FieldDisplay} width={width} height={height} />}
      width={props.width}
      height={props.height}
      source={props.result.data}
      renderCounter={0}
      autoGrid
      orientation={props.panel.options?.orientation ?? VizOrientation.Auto}
    />
  );
}

function Dial({ value: { display, field, view, colIndex }, width, height }: { value: FieldDisplay; width: number; height: number }) {
  const radius = Math.min(width / 2, height / 1.7) * 0.85;
  const [least, most] = [field.min ?? 0, field.max ?? 100];
  const share = (at: number) => Math.min(1, Math.max(0, (at - least) / (most - least)));
  const steps = (field.thresholds?.steps ?? []).map((step) => (Number.isFinite(step.value) ? step.value : least));
  const colour = (at: number) => view?.getFieldDisplayProcessor(colIndex ?? 0)?.(at).color ?? theme.colors.border.strong;
  const text = formattedValueToString(display);
  return (
    <svg width={width} height={height} viewBox={`${-width / 2} ${-radius * 1.12} ${width} ${height}`}>
      {steps.map((from, index) => (
        <Arc key={from} radius={radius} width={4} from={share(from)} to={share(steps[index + 1] ?? most)} colour={colour(from)} />
      ))}
      <Arc radius={radius * 0.87} width={radius * 0.2} from={0} to={1} colour={theme.colors.background.secondary} />
      {Number.isFinite(display.numeric) && (
        <Arc radius={radius * 0.87} width={radius * 0.2} from={0} to={share(display.numeric)} colour={display.color ?? ''} />
      )}
      <text textAnchor="middle" dominantBaseline="central" fill={display.color} fontWeight={500}
        fontSize={Math.min(radius * 0.42, (radius * 2.2) / text.length)}>
        {text}
      </text>
    </svg>
  );
}

function Arc({ radius, width, from, to, colour }: { radius: number; width: number; from: number; to: number; colour: string }) {
  const point = (share: number) => {
    const angle = ((share - 0.5) * TURN * Math.PI) / 180;
    return `${radius * Math.sin(angle)} ${-radius * Math.cos(angle)}`;
  };
  const large = (to - from) * TURN > 180 ? 1 : 0;
  return <path d={`M ${point(from)} A ${radius} ${radius} 0 ${large} 1 ${point(to)}`} fill="none" stroke={colour} strokeWidth={width} />;
}
