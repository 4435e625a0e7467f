/** A whole dashboard: its name, the variables' values, and its panels on Grafana's grid. */
import type { TimeRange } from '@grafana/data';
import type { Dashboard, Panel } from './model';
import { Frame } from './Frame';
import type { Result } from './results';
import type { Variables } from './variables';

// Grafana's grid: 24 columns; a row is 30 pixels, and 8 are left between panels (GRID_CELL_HEIGHT, GRID_CELL_VMARGIN).
const [COLUMNS, ROW, GAP] = [24, 30, 8];

export function sizeOf({ gridPos: { w, h } }: Panel, width: number) {
  return { width: Math.floor(((width + GAP) / COLUMNS) * w - GAP), height: h * (ROW + GAP) - GAP };
}

interface Props {
  dashboard: Dashboard;
  panels: Panel[];
  results: Map<number, Result | Error>;
  variables: Variables;
  range: TimeRange;
  width: number;
  onError(panel: Panel, error: Error): void;
}

export function Board({ dashboard, panels, results, variables, range, width, onError }: Props) {
  const bottom = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h));
  return (
    <>
      <header>
        <h1>{dashboard.title}</h1>
        <Choices variables={variables} />
        <span className="range">{`${range.raw.from} → ${range.raw.to}`}</span>
      </header>
      <main style={{ height: bottom * (ROW + GAP) }}>
        {panels.map((panel) => (
          <section key={panel.id} data-panel={panel.id} style={{ ...place(panel, width), ...sizeOf(panel, width) }}>
            {panel.type === 'row' ? (
              <h2>{variables.replace(panel.title ?? '', true)}</h2>
            ) : (
              <Frame panel={panel} result={results.get(panel.id)!} variables={variables} {...sizeOf(panel, width)}
                onError={(error) => onError(panel, error)} />
            )}
          </section>
        ))}
      </main>
    </>
  );
}

function place({ gridPos: { x, y } }: Panel, width: number) {
  return { left: Math.floor(((width + GAP) / COLUMNS) * x), top: y * (ROW + GAP) };
}

function Choices({ variables }: { variables: Variables }) {
  const shown = [...variables.chosen.values()].filter(({ variable }) => !variable.hide);
  return (
    <>
      {shown.map(({ variable, values, all }) => (
        <span key={variable.name} className="choice">
          <b>{variable.label ?? variable.name}</b>
          {all ? textOf(variable.current?.text) ?? 'Tất cả' : values.map((value) => named(variable, value)).join(', ')}
        </span>
      ))}
    </>
  );
}

function named(variable: { options?: Array<{ text: string; value: string }> }, value: string): string {
  return variable.options?.find((option) => option.value === value)?.text ?? value;
}

function textOf(text?: string | string[]): string | undefined {
  return Array.isArray(text) ? text.join(', ') : text;
}
