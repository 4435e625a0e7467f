/** Variables of a dashboard: their values, and putting them into text as Grafana does for Prometheus. */
import type { ScopedVars } from '@grafana/data';
import type { Dashboard, Variable } from './model';
import { labelValues } from './prometheus';

export const ALL = '$__all';

export interface Chosen {
  variable: Variable;
  values: string[];
  all: boolean;
}

export class Variables {
  readonly chosen = new Map<string, Chosen>();
  private readonly builtIn = new Map<string, string>();

  /** Return a copy that knows more built-in names, such as `__interval`. */
  with(builtIn: Record<string, string>): Variables {
    const copy = new Variables();
    this.chosen.forEach((value, name) => copy.chosen.set(name, value));
    [...this.builtIn, ...Object.entries(builtIn)].forEach(([name, value]) => copy.builtIn.set(name, value));
    return copy;
  }

  /** Replace `$name`, `${name}`, `${name:format}` and `[[name]]`; a name that nobody knows stays as it is. */
  replace = (text: string, plain = false): string =>
    text.replace(/\$(\w+)|\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)\]\]/g, (whole, bare, braced, format, old) => {
      const name = bare ?? braced ?? old;
      return this.builtIn.get(name) ?? this.formatted(name, format ?? (plain ? 'csv' : undefined)) ?? whole;
    });

  /** Replace them in a setting of a field; there, `${__field.labels.name}` is a label of its own. */
  replaceIn = (text: string, scoped?: ScopedVars): string => {
    const labels = scoped?.__dataContext?.value.field?.labels ?? {};
    return this.replace(text.replace(/\$\{__field\.labels\.(\w+)\}/g, (_, label) => labels[label] ?? ''), true);
  };

  private formatted(name: string, format?: string): string | undefined {
    const chosen = this.chosen.get(name);
    if (chosen === undefined) {
      return undefined;
    }
    const { variable, values, all } = chosen;
    if (all && variable.allValue) {
      return variable.allValue;
    }
    if (format === 'csv' || format === 'raw' || format === 'text') {
      return values.join(',');
    }
    if (format === 'pipe') {
      return values.join('|');
    }
    if (!variable.multi && !variable.includeAll && format !== 'regex') {
      return values[0] ?? '';
    }
    const escaped = values.map((value) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\\\$&'));
    return escaped.length === 1 ? escaped[0] : `(${escaped.join('|')})`;
  }
}

/** Find the values of every variable, in the order of the dashboard: a later one may ask with an earlier one. */
export async function resolve(dashboard: Dashboard, choices: Record<string, string>): Promise<Variables> {
  const variables = new Variables();
  for (const variable of dashboard.templating?.list ?? []) {
    const options = await optionsOf(variable, variables);
    const wanted = choices[variable.name] ?? variable.current?.value ?? (variable.includeAll ? ALL : options[0] ?? '');
    const list = (Array.isArray(wanted) ? wanted : [wanted]).filter((value) => value !== '');
    const all = list.includes(ALL);
    variables.chosen.set(variable.name, { variable, all, values: all ? options : list.length ? list : options.slice(0, 1) });
  }
  return variables;
}

async function optionsOf(variable: Variable, known: Variables): Promise<string[]> {
  const query = typeof variable.query === 'string' ? variable.query : variable.query?.query ?? '';
  switch (variable.type) {
    case 'datasource':
      return [query];
    case 'custom':
      return query.split(/(?<!\\),/).map((part) => part.split(' : ').at(-1)!.trim());
    case 'constant':
    case 'textbox':
      return [query];
    case 'interval':
      return query.split(',');
    case 'query':
      return listed(variable, await labelValues(known.replace(query)));
    default:
      throw new Error(`variable ${variable.name}: this tool does not know the type ${variable.type}`);
  }
}

function listed(variable: Variable, values: string[]): string[] {
  const pattern = variable.regex ? new RegExp(variable.regex.replace(/^\/|\/$/g, '')) : undefined;
  const kept = pattern ? values.flatMap((value) => pattern.exec(value)?.slice(0, 2).at(-1) ?? []) : values;
  return variable.sort ? [...kept].sort() : kept;
}
