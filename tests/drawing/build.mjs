// Bundle the page into dist/.
import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';

/** Grafana's table needs its own fork of react-data-grid. Upstream's is for React 19, where a context is a provider. */
const dataGridForReact18 = {
  name: 'react-data-grid for React 18',
  setup({ onLoad }) {
    onLoad({ filter: /react-data-grid\/lib\/index\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/\b(jsxs?\(\w+Context),/g, '$1.Provider,'),
    }));
  },
};

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['src/page.tsx'],
  outdir: 'dist',
  bundle: true,
  minify: true,
  jsx: 'automatic',
  loader: { '.woff2': 'dataurl', '.woff': 'empty' },
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
  plugins: [dataGridForReact18],
  logLevel: 'warning',
});
