// The IAM policies that the action needs, made from the commands that the source imports.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How IAM calls the service of a client; GetCallerIdentity needs no permission. */
const SERVICES: Readonly<Record<string, string | undefined>> = {
  'client-cloudwatch-logs': 'logs',
  'client-ecr': 'ecr',
  'client-secrets-manager': 'secretsmanager',
  'client-ssm': 'ssm',
};

const REGION = 'us-west-2:123456789012';
const LOG_GROUP = `arn:aws:logs:${REGION}:log-group:/ecs/papyrus`;

interface Statement {
  readonly sid: string;
  readonly actions: RegExp;
  readonly resource: string | readonly string[];
}

/** The first that matches takes an action. */
const STATEMENTS: readonly Statement[] = [
  {
    // These have no resource of their own: they list, or take many names at once.
    sid: 'Lists',
    actions: /^(logs:DescribeLogGroups|ssm:DescribeParameters|secretsmanager:BatchGetSecretValue)$/,
    resource: '*',
  },
  {
    // The tag calls take the ARN of a log group as it is, the others with ":*" behind it.
    sid: 'LogGroup',
    actions: /^logs:/,
    resource: [LOG_GROUP, `${LOG_GROUP}:*`],
  },
  {
    sid: 'OnlyForAllowChangeType',
    actions: /^ssm:DeleteParameter$/,
    resource: `arn:aws:ssm:${REGION}:parameter/papyrus/prd/*`,
  },
  { sid: 'Parameters', actions: /^ssm:/, resource: `arn:aws:ssm:${REGION}:parameter/papyrus/prd/*` },
  {
    // AWS puts six random characters behind a secret's name.
    sid: 'Secrets',
    actions: /^secretsmanager:/,
    resource: `arn:aws:secretsmanager:${REGION}:secret:papyrus/prd/*`,
  },
  { sid: 'Repository', actions: /^ecr:/, resource: `arn:aws:ecr:${REGION}:repository/papyrus` },
];

/** Plan and drift send nothing else. */
const READING = /:(Get|BatchGet|Describe|List)/;

/** @returns `ssm:PutParameter` and so on, of every command that a room or the identity imports. */
function actions(): string[] {
  const source = fileURLToPath(new URL('../src/', import.meta.url));
  const found = new Set<string>();
  for (const folder of ['resources', 'clients'])
    for (const name of readdirSync(`${source}${folder}`)) {
      const text = readFileSync(`${source}${folder}/${name}`, 'utf8');
      for (const [, names = '', client = ''] of text.matchAll(
        /import \{([^}]*)\} from '@aws-sdk\/([\w-]+)'/g,
      )) {
        const service = SERVICES[client];
        if (service === undefined && client !== 'client-sts')
          throw new Error(`${name}: scripts/iam.ts does not know the service of ${client}`);
        if (service === undefined) continue;
        for (const [, command] of names.matchAll(/\b(\w+)Command\b/g)) found.add(`${service}:${command}`);
      }
    }
  return [...found].sort();
}

/** @returns actions that no statement takes. */
export function unplacedActions(): string[] {
  return actions().filter((action) => !STATEMENTS.some((statement) => statement.actions.test(action)));
}

export function policy(role: 'deploy' | 'read'): string {
  const wanted = actions().filter((action) => role === 'deploy' || READING.test(action));
  const Statement = STATEMENTS.flatMap(({ sid, resource }) => {
    const Action = wanted.filter(
      (action) => STATEMENTS.find((statement) => statement.actions.test(action))?.sid === sid,
    );
    return Action.length === 0 ? [] : [{ Sid: sid, Effect: 'Allow', Action, Resource: resource }];
  });
  return JSON.stringify({ Version: '2012-10-17', Statement }, null, 2);
}
