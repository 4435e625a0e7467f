/** Text panels: markdown, made and cleaned by Grafana's own function. */
import { renderMarkdown } from '@grafana/data';
import type { PanelProps } from './props';

export function Text({ panel, variables }: PanelProps) {
  const html = renderMarkdown(variables.replace(panel.options?.content ?? '', true));
  return <div className="markdown-html" dangerouslySetInnerHTML={{ __html: html }} />;
}
