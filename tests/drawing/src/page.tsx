/** The page: draw one dashboard, then be ready to tell, by `window.report`, what became of every panel. */
import '@fontsource/inter/vietnamese-400.css';
import '@fontsource/inter/vietnamese-500.css';
import '@fontsource/inter/latin-ext-400.css';
import '@fontsource/inter/latin-ext-500.css';
import '@fontsource/inter/latin-400.css';
import '@fontsource/inter/latin-500.css';
import 'moment/locale/vi';
import './page.css';
import { ThemeContext, setLocale, setTimeZoneResolver } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { createRoot } from 'react-dom/client';
import { Board, sizeOf } from './Board';
import { prepareRegistries } from './fieldConfig';
import { type Dashboard, type Panel, type PanelReport, PanelState } from './model';
import { OF_VALUES, PANELS } from './panels';
import { valuesOf } from './panels/values';
import { rangeBetween } from './prometheus';
import { type Result, prepareTransformers, resultOf } from './results';
import { theme, timeZone } from './setting';
import { type Variables, resolve } from './variables';

declare global {
  interface Window {
    report?: () => { title: string; panels: PanelReport[] }; // once it is drawn
    failed?: string; // the dashboard as a whole could not be drawn
  }
}

const MARGIN = 16;

async function main(): Promise<void> {
  const asked = new URLSearchParams(location.search);
  setLocale('vi'); // Grafana takes the browser's
  setTimeZoneResolver(() => timeZone);
  await initPluginTranslations('grafana-ui', []); // the few words of the components stay English
  prepareRegistries();
  prepareTransformers();
  await Promise.all([...document.fonts].map((face) => face.load())); // or names are measured in another font
  const dashboard: Dashboard = await (await fetch(`/dashboards/${asked.get('dashboard')}`)).json();
  const range = rangeBetween(
    asked.get('from') ?? dashboard.time?.from ?? 'now-6h', asked.get('to') ?? dashboard.time?.to ?? 'now', timeZone
  );
  const variables = await resolve(dashboard, chosenIn(asked));
  const panels = dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  const width = document.documentElement.clientWidth - 2 * MARGIN;
  const results = new Map<number, Result | Error>();
  await Promise.all(
    panels.filter(({ type }) => type !== 'row').map(async (panel) => {
      const result = resultOf(panel, range, sizeOf(panel, width).width, variables);
      results.set(panel.id, await result.catch((error: Error) => error));
    })
  );
  const onError = (panel: Panel, error: Error) => results.set(panel.id, error);
  createRoot(document.getElementById('root')!).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <Board {...{ dashboard, panels, results, variables, range, width, onError }} />
      <PortalContainer />
    </ThemeContext.Provider>
  );
  await settled();
  window.report = () => ({ title: dashboard.title, panels: reports(panels, results, variables) });
}

function chosenIn(asked: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...asked].filter(([name]) => name.startsWith('var-')).map(([name, value]) => [name.slice(4), value]));
}

/** Wait until fonts are there and nothing has changed on the page for a while, however slow its frames are. */
async function settled(): Promise<void> {
  await document.fonts.ready;
  await new Promise<void>((done) => {
    let waiting: ReturnType<typeof setTimeout>;
    const observer = new MutationObserver(() => again());
    const again = () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => requestAnimationFrame(() => (observer.disconnect(), done())), 300);
    };
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    again();
  });
}

function reports(panels: Panel[], results: Map<number, Result | Error>, variables: Variables): PanelReport[] {
  return panels.filter(({ type }) => type !== 'row').map((panel) => report(panel, results.get(panel.id)!, variables));
}

function report(panel: Panel, result: Result | Error, variables: Variables): PanelReport {
  const text = document.querySelector<HTMLElement>(`[data-panel="${panel.id}"]`)?.innerText ?? '';
  const told = { id: panel.id, title: panel.title ?? '', type: panel.type, text };
  if (!PANELS[panel.type]) {
    return { ...told, state: PanelState.Failed, message: `this tool does not know panels of the type ${panel.type}`, values: [] };
  }
  if (result instanceof Error) {
    return { ...told, state: PanelState.Failed, message: result.message, values: [] };
  }
  const isEmpty = result.isEmpty && panel.type !== 'text';
  const shown = OF_VALUES.has(panel.type) ? valuesOf({ panel, result, variables, width: 0, height: 0 }) : [];
  return {
    ...told, state: isEmpty ? PanelState.Empty : PanelState.Drawn, message: '', values: shown.map(({ display }) => display.numeric),
  };
}

main().catch((error: Error) => {
  window.failed = error.stack ?? String(error);
});
