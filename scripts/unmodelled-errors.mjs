import { readFile } from 'node:fs/promises';

/**
 * The clients of this action. IAM and STS speak XML, whose codes are shorter than the SDK's names: an error that is recognized by
 * its name is known by both.
 */
const SCHEMAS =
  /client-(?:cloudwatch-logs|ecr|iam|kms|secrets-manager|ssm|sts)[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/;

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
