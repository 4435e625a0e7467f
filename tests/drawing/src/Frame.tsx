/** A panel in its frame: Grafana's own, with the title and the description's mark. */
import { PanelChrome } from '@grafana/ui';
import { Component, type ReactNode } from 'react';
import type { Panel } from './model';
import { PANELS } from './panels';
import type { Result } from './results';
import { theme } from './setting';
import type { Variables } from './variables';

interface Props {
  panel: Panel;
  result: Result | Error;
  variables: Variables;
  width: number;
  height: number;
  onError(error: Error): void;
}

export function Frame({ panel, result, variables, width, height, onError }: Props) {
  const Drawn = PANELS[panel.type];
  const title = variables.replace(panel.title ?? '', true);
  return (
    <PanelChrome title={title} description={panel.description} width={width} height={height} padding={panel.type === 'table' ? 'none' : 'md'}>
      {(innerWidth, innerHeight) => (
        <Guard onError={onError}>
          {result instanceof Error || !Drawn ? (
            <div style={{ color: theme.colors.error.text }}>{result instanceof Error ? result.message : panel.type}</div>
          ) : (
            <Drawn panel={panel} result={result} variables={variables} width={innerWidth} height={innerHeight} />
          )}
        </Guard>
      )}
    </PanelChrome>
  );
}

/** Keeps an error of one panel to itself, and tells of it. */
class Guard extends Component<{ children: ReactNode; onError(error: Error): void }, { error?: Error }> {
  state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  componentDidCatch(error: Error) {
    this.props.onError(error);
  }

  render() {
    return this.state.error ? <div style={{ color: theme.colors.error.text }}>{this.state.error.message}</div> : this.props.children;
  }
}
