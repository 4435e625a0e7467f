/** The stat panel, as Grafana's own is made: BigValue in a VizRepeater. */
import { type FieldDisplay, VizOrientation, getDisplayValueAlignmentFactors } from '@grafana/data';
import { BigValue, BigValueTextMode, VizRepeater } from '@grafana/ui';
import { theme } from '../setting';
import type { PanelProps } from './props';
import { valuesOf } from './values';

export function Stat(props: PanelProps) {
  const { panel, result, width, height } = props;
  const options = panel.options ?? {};
  const values = valuesOf(props, options.graphMode !== 'none');
  const named = options.textMode === 'auto' && (panel.fieldConfig?.defaults.displayName || !panel.title);
  return (
    <VizRepeater
      getValues={() => values}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={({ value, alignmentFactors, width, height, count }) => (
        <BigValue
          value={(value as FieldDisplay).display}
          sparkline={withRange(value as FieldDisplay, result.data.timeRange)}
          count={count}
          colorMode={options.colorMode}
          graphMode={options.graphMode}
          justifyMode={options.justifyMode}
          textMode={named ? BigValueTextMode.ValueAndName : options.textMode}
          alignmentFactors={alignmentFactors}
          text={options.text}
          width={width}
          height={height}
          theme={theme}
        />
      )}
      width={width}
      height={height}
      source={result.data}
      itemSpacing={3}
      renderCounter={0}
      autoGrid
      orientation={options.orientation ?? VizOrientation.Auto}
    />
  );
}

function withRange({ sparkline }: FieldDisplay, timeRange: PanelProps['result']['data']['timeRange']) {
  return sparkline && { ...sparkline, timeRange };
}
