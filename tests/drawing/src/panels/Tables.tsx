/** The table panel: TableNG, which Grafana 13's own is made of. */
import { TableNG } from '@grafana/ui/unstable';
import type { PanelProps } from './props';

export function Tables({ panel, result, width, height }: PanelProps) {
  const [first, ...others] = result.data.series;
  if (others.length) {
    throw new Error(`a table shows one frame at a time, and its queries gave ${others.length + 1}: merge them`);
  }
  const { showHeader = true, cellHeight, sortBy, enablePagination, frozenColumns } = panel.options ?? {};
  if (!first || !first.length) {
    return <Nothing text={result.fieldConfig.defaults.noValue} />;
  }
  return (
    <TableNG
      data={first}
      width={width}
      height={height}
      noHeader={!showHeader}
      cellHeight={cellHeight}
      sortBy={sortBy}
      enablePagination={enablePagination}
      frozenColumns={frozenColumns?.left}
      fieldConfig={result.fieldConfig}
      noValue={result.fieldConfig.defaults.noValue}
      timeRange={result.data.timeRange}
      structureRev={1}
    />
  );
}

/** What a panel shows that has nothing to show. */
export function Nothing({ text }: { text?: string }) {
  return <div className="nothing">{text || 'No data'}</div>;
}
