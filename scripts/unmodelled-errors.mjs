import { readFile } from 'node:fs/promises';

/** Clients that speak JSON; the errors of STS, which speaks XML, have other names in their answers than in the SDK. */
const SCHEMAS =
  /client-(?:cloudwatch-logs|ecr|kms|secrets-manager|ssm)[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/;

/** The schema of one error and the registration of its class; the base class of a service has another namespace. */
const ERROR = /^export var \w+\$ = \[-3, n0,[^;]*;\nn0_registry\.registerError\(\w+\$, \w+\);\n/gm;

/**
 * Leaves out the SDK's classes for the errors of each service, a quarter of all code that a short run reads: an error without
 * a class comes as the service's base error with the same name, message and metadata, and nothing here asks for more.
 * @type {import('esbuild').Plugin}
 */
export const unmodelledErrors = {
  name: 'unmodelled-errors',
  setup(build) {
    build.onLoad({ filter: SCHEMAS }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(ERROR, '');
      // A new version of the SDK may register them otherwise; then this says so.
      if (contents.includes('n0_registry.registerError') || contents === source)
        return { errors: [{ text: 'the errors in this file are declared in another way' }] };
      return { contents, loader: 'js' };
    });
  },
};
