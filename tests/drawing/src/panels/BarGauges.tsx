/** The bar gauge panel, as Grafana's own is made. */
import { type FieldDisplay, VizOrientation, getDisplayValueAlignmentFactors } from '@grafana/data';
import { BarGauge, VizRepeater } from '@grafana/ui';
import { theme } from '../setting';
import type { PanelProps } from './props';
import { valuesOf } from './values';

export function BarGauges(props: PanelProps) {
  const { panel, result, width, height } = props;
  const options = panel.options ?? {};
  const values = valuesOf(props);
  return (
    <div style={{ height, overflow: 'hidden auto' }}>
      <VizRepeater
        getValues={() => values}
        getAlignmentFactors={getDisplayValueAlignmentFactors}
        renderValue={({ value, alignmentFactors, width, height, orientation, count }) => {
          const { display, field, view, colIndex } = value as FieldDisplay;
          const isNamed = count > 1 || result.fieldConfig.defaults.displayName;
          return (
            <BarGauge
              value={isNamed ? display : { ...display, title: undefined }}
              display={view?.getFieldDisplayProcessor(colIndex ?? 0)}
              field={field}
              text={options.text}
              width={width}
              height={height}
              orientation={orientation}
              theme={theme}
              itemSpacing={options.displayMode === 'lcd' ? 2 : 10}
              displayMode={options.displayMode}
              alignmentFactors={count > 1 ? alignmentFactors : undefined}
              showUnfilled={options.showUnfilled}
              valueDisplayMode={options.valueMode}
              namePlacement={options.namePlacement}
              isOverflow={false}
            />
          );
        }}
        width={width}
        height={height}
        source={result.data}
        itemSpacing={10}
        renderCounter={0}
        orientation={options.orientation ?? VizOrientation.Auto}
        minVizWidth={options.minVizWidth ?? 8}
        minVizHeight={options.minVizHeight ?? 16}
        maxVizHeight={options.maxVizHeight ?? 300}
      />
    </div>
  );
}
