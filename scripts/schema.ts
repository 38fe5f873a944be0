// Writes the JSON Schema of the configuration file from the zod schema that checks it; with --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { configSchema } from '../src/settings/config.ts';

/** @returns the schema (draft 7, which editors know) as the text of the committed file. */
export function schemaText(): string {
  const schema = z.toJSONSchema(configSchema, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ ...schema, title: 'aws-bootstrap configuration' }, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = new URL('../schema/aws-bootstrap.schema.json', import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(file, schemaText());
  else if (readFileSync(file, 'utf8') !== schemaText()) {
    console.error('schema/aws-bootstrap.schema.json is out of date; npm run schema, and commit it');
    process.exitCode = 1;
  }
}
