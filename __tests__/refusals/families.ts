import type { Row } from './row.ts';
import { CHOICES } from './rows/choices.ts';
import { RULES, SHAPES, YAML } from './rows/config.ts';
import { PLANS, POLICIES, TASK_DEFINITIONS } from './rows/documents.ts';
import { ENV_FILES, OTHER_FILES } from './rows/files.ts';
import { NAMES, PREFIXES, TAGS } from './rows/names.ts';
import { PLACES } from './rows/places.ts';
import { APP_URLS, AUTH0, PATHS } from './rows/urls.ts';
import { JSON_OBJECTS, TEXTS, VARIABLES } from './rows/variables.ts';

/** What the settings refuse by themselves, before there is a client or a call. */
export const FAMILIES: Readonly<Record<string, readonly Row[]>> = {
  'the prefix': PREFIXES,
  'other names': NAMES,
  tags: TAGS,
  'words, lists and numbers': CHOICES,
  variables: VARIABLES,
  'texts that are not as they were written': TEXTS,
  'JSON objects': JSON_OBJECTS,
  'places that a variable cannot go to': PLACES,
  'files of variables': ENV_FILES,
  'other files': OTHER_FILES,
  'lifecycle policies': POLICIES,
  'task definitions': TASK_DEFINITIONS,
  'approved plans': PLANS,
  'YAML of the configuration file': YAML,
  'settings of the configuration file': SHAPES,
  'rules of the configuration file': RULES,
  'the address of the application': APP_URLS,
  'paths of the application': PATHS,
  'the tenant of Auth0': AUTH0,
};
