import type { Configuration, Source, Variable } from './configuration.ts';
import type { Mode } from './settings.ts';

/** The step's `with:` and the files of the workspace that say what a configuration says. */
export interface Rendered {
  readonly inputs: Record<string, string>;
  readonly files: Record<string, string>;
}

export function render(configuration: Configuration, application: string, mode: Mode): Rendered {
  const { environment, variables, rules, exact, ignore, settings } = configuration;
  const prefix = `/${application}/${environment}`;
  const from = (source: Source) => variables.filter((one) => one.source === source);
  const inputs: Record<string, string> = { mode, prefix };
  if (mode === 'destroy') inputs['confirm'] = prefix;
  for (const source of ['dotenv', 'variables', 'secrets'] as const)
    if (from(source).length > 0) inputs[source] = from(source).map(toLine).join('\n');
  const ofEnvironment: Record<string, unknown> = {};
  const file: Record<string, unknown> = {};
  for (const [name, layers] of Object.entries(settings)) {
    if (layers.input !== undefined) inputs[name] = toInput(layers.input);
    if (layers.environment !== undefined) ofEnvironment[name] = layers.environment;
    if (layers.file !== undefined) file[name] = layers.file;
  }
  if (Object.keys(ofEnvironment).length > 0) file['environments'] = { [environment]: ofEnvironment };
  if (rules.length > 0) file['rules'] = rules;
  if (exact.length > 0) file['bundles'] = Object.fromEntries(exact.map((name) => [name, { mode: 'exact' }]));
  if (ignore.length > 0) file['ignore'] = ignore;
  if (from('file').length > 0)
    file['variables'] = Object.fromEntries(from('file').map(({ name, value }) => [name, value]));
  const files: Record<string, string> = {};
  if (from('env-file').length > 0) {
    inputs['env-file'] = 'deploy/app.env';
    files['deploy/app.env'] = from('env-file').map(toLine).join('\n');
  }
  // JSON is YAML.
  if (Object.keys(file).length > 0) files['.github/aws-bootstrap.yml'] = JSON.stringify(file, undefined, 2);
  return { inputs, files };
}

const toLine = ({ name, value }: Variable): string =>
  /^[\w./:@-]*$/.test(value) ? `${name}=${value}` : `${name}='${value}'`;

function toInput(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, text]) => `${key}=${text}`)
    .join('\n');
}
