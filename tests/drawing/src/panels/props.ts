import type { Panel } from '../model';
import type { Result } from '../results';
import type { Variables } from '../variables';

export interface PanelProps {
  panel: Panel;
  result: Result;
  variables: Variables;
  width: number;
  height: number;
}
