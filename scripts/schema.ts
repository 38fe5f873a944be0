// Writes the JSON Schema of the configuration file from the zod schema that checks it.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { configSchema } from '../src/settings/config.ts';

/** @returns the schema (draft 7, which editors know) as the text of the committed file. */
export function schemaText(): string {
  const schema = z.toJSONSchema(configSchema, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ ...schema, title: 'aws-bootstrap configuration' }, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(new URL('../schema/aws-bootstrap.schema.json', import.meta.url), schemaText());
