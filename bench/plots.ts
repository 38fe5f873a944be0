import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Results } from './results.ts';

const CONFIG = { font: 'sans-serif', background: 'white' } as const;

/** @returns the plots of the page as SVG, by name */
export async function plots(results: Results): Promise<Map<string, string>> {
  const specs: Record<string, TopLevelSpec> = {};
  if (results.seed !== undefined) specs['seed'] = seedPlot(results.seed.rows);
  if (results.startup !== undefined) specs['startup'] = startupPlot(results.startup);
  if (results.scale !== undefined) {
    specs['scale-time'] = scalePlot(results.scale, 'seconds', 'seconds');
    specs['scale-memory'] = scalePlot(results.scale, 'peakMiB', 'MiB at the peak');
  }
  const drawn = new Map<string, string>();
  for (const [name, spec] of Object.entries(specs)) {
    const view = new View(parse(compile(spec).spec), { renderer: 'none' });
    drawn.set(name, `${await view.toSVG()}\n`);
  }
  return drawn;
}

function seedPlot(rows: NonNullable<Results['seed']>['rows']): TopLevelSpec {
  const values = rows.map((row) => ({
    ...row,
    run: `${row.kind === 'first' ? 'first run' : 'nothing to do'}, ${row.latencyMs} ms`,
  }));
  return {
    config: CONFIG,
    data: { values },
    facet: { row: { field: 'run', title: null, header: { labelAngle: 0, labelAlign: 'left' } } },
    spec: {
      width: 420,
      layer: [
        {
          mark: 'bar',
          encoding: {
            y: { field: 'tool', title: null },
            x: { field: 'seconds', type: 'quantitative', title: 'seconds' },
            color: { field: 'tool', legend: null },
          },
        },
        {
          mark: { type: 'text', align: 'left', dx: 4 },
          encoding: {
            y: { field: 'tool', title: null },
            x: { field: 'seconds', type: 'quantitative' },
            text: { field: 'seconds', type: 'quantitative', format: '.1f' },
          },
        },
      ],
    },
  };
}

function startupPlot(rows: NonNullable<Results['startup']>): TopLevelSpec {
  const order = rows.map(({ variant }) => variant).filter((variant, i, all) => all.indexOf(variant) === i);
  return {
    config: CONFIG,
    data: { values: [...rows] },
    width: 420,
    mark: 'bar',
    encoding: {
      y: { field: 'variant', title: null, sort: order },
      yOffset: { field: 'node' },
      x: { field: 'ratio', type: 'quantitative', title: '× node -e 0' },
      color: { field: 'node', title: 'Node.js' },
    },
  };
}

function scalePlot(
  rows: NonNullable<Results['scale']>,
  field: 'seconds' | 'peakMiB',
  title: string,
): TopLevelSpec {
  return {
    config: CONFIG,
    data: { values: [...rows] },
    width: 420,
    height: 260,
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'variables', type: 'quantitative', scale: { type: 'log' } },
      y: {
        field,
        type: 'quantitative',
        title,
        ...(field === 'seconds' ? { scale: { type: 'log' as const } } : {}),
      },
      color: { field: 'kind', title: 'run' },
    },
  };
}
