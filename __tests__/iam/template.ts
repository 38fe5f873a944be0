/** iam/roles.yml as CloudFormation would resolve it: the intrinsic functions that it uses, for given parameters. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ACCOUNT, REGION } from '../servers/protocol.ts';

export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly unknown[];
}
export interface Role {
  readonly name: string;
  readonly trust: PolicyDocument;
  readonly policy: PolicyDocument;
}
export type RoleName = 'Deployer' | 'DriftReader' | 'Execution';

/** Where a stack is made. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly suffix: string;
}
export const HERE: Place = { partition: 'aws', region: REGION, account: ACCOUNT, suffix: 'amazonaws.com' };
export const PROVIDER = 'token.actions.githubusercontent.com';

/** A call of an intrinsic function. */
class Intrinsic {
  readonly name: string;
  readonly argument: unknown;
  constructor(name: string, argument: unknown) {
    this.name = name;
    this.argument = argument;
  }
}

const SCALARS = ['Ref', 'Sub', 'Condition', 'GetAtt'];
const SEQUENCES = ['Sub', 'If', 'Select', 'Split', 'Join', 'Equals', 'Not', 'And'];
const customTags = [
  ...SCALARS.map((name) => ({ tag: `!${name}`, resolve: (text: string) => new Intrinsic(name, text) })),
  ...SEQUENCES.map((name) => ({
    tag: `!${name}`,
    collection: 'seq' as const,
    // The collection is read as plain data; what is nested in it has been resolved already.
    resolve: (sequence: unknown) => new Intrinsic(name, (sequence as { toJSON(): unknown }).toJSON()),
  })),
];

interface Template {
  readonly Parameters: Record<
    string,
    { readonly Default?: string; readonly AllowedPattern?: string; readonly AllowedValues?: string[] }
  >;
  readonly Conditions: Record<string, unknown>;
  readonly Resources: Record<string, { readonly Properties: Record<string, unknown> }>;
}
const TEMPLATE: Template = parse(readFileSync(new URL('../../iam/roles.yml', import.meta.url), 'utf8'), {
  customTags,
});

const NOTHING = Symbol('AWS::NoValue');

/** @throws Error where CloudFormation would refuse a parameter, or where the template uses what is not known here */
export function resolveRoles(given: Readonly<Record<string, string>>, place: Place = HERE) {
  const parameters = readParameters(given);
  const pseudo: Record<string, unknown> = {
    'AWS::Partition': place.partition,
    'AWS::Region': place.region,
    'AWS::AccountId': place.account,
    'AWS::URLSuffix': place.suffix,
    'AWS::NoValue': NOTHING,
  };
  const refer = (name: string): unknown => {
    const value = parameters[name] ?? pseudo[name];
    if (value !== undefined) return value;
    if (name === 'Provider') return `arn:${place.partition}:iam::${place.account}:oidc-provider/${PROVIDER}`;
    throw new Error(`the template has no ${name}`);
  };
  const isTrue = (condition: string): boolean => {
    if (!(condition in TEMPLATE.Conditions)) throw new Error(`the template has no condition ${condition}`);
    return resolve(TEMPLATE.Conditions[condition]) === true;
  };
  const call = ({ name, argument }: Intrinsic): unknown => {
    const list = (Array.isArray(argument) ? argument : [argument]) as unknown[];
    switch (name) {
      case 'Ref':
        return refer(String(argument));
      case 'Condition':
        return isTrue(String(argument));
      case 'Equals':
        return resolve(list[0]) === resolve(list[1]);
      case 'Not':
        return resolve(list[0]) !== true;
      case 'And':
        return list.every((one) => resolve(one) === true);
      case 'If':
        return resolve(isTrue(String(list[0])) ? list[1] : list[2]);
      case 'Join':
        return (resolve(list[1]) as string[]).join(String(list[0]));
      case 'Split':
        return String(resolve(list[1])).split(String(list[0]));
      case 'Select': {
        const chosen = (resolve(list[1]) as unknown[])[Number(list[0])];
        if (chosen === undefined) throw new Error(`!Select: there is no element ${list[0]}`);
        return chosen;
      }
      case 'Sub': {
        const own = (list[1] ?? {}) as Record<string, unknown>;
        return String(list[0]).replaceAll(/\$\{([^}]+)\}/g, (_, variable: string) =>
          String(variable in own ? resolve(own[variable]) : refer(variable)),
        );
      }
      default:
        throw new Error(`!${name} is not resolved here`);
    }
  };
  const resolve = (node: unknown): unknown => {
    if (node instanceof Intrinsic) return call(node);
    if (Array.isArray(node)) return node.map(resolve).filter((one) => one !== NOTHING);
    if (node === null || typeof node !== 'object') return node;
    const entries = Object.entries(node).map(([key, value]) => [key, resolve(value)] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== NOTHING));
  };
  const role = (name: RoleName): Role => {
    const made = resolve(TEMPLATE.Resources[name]?.Properties) as {
      RoleName: string;
      AssumeRolePolicyDocument: PolicyDocument;
      Policies: Array<{ PolicyDocument: PolicyDocument }>;
    };
    const [only, ...more] = made.Policies;
    if (only === undefined || more.length > 0) throw new Error(`${name} has not one policy`);
    return { name: made.RoleName, trust: made.AssumeRolePolicyDocument, policy: only.PolicyDocument };
  };
  return { Deployer: role('Deployer'), DriftReader: role('DriftReader'), Execution: role('Execution') };
}
export type Roles = ReturnType<typeof resolveRoles>;

function readParameters(given: Readonly<Record<string, string>>): Record<string, string> {
  for (const name of Object.keys(given))
    if (!(name in TEMPLATE.Parameters)) throw new Error(`the template has no parameter ${name}`);
  return Object.fromEntries(
    Object.entries(TEMPLATE.Parameters).map(([name, { Default, AllowedPattern, AllowedValues }]) => {
      const value = given[name] ?? Default;
      if (value === undefined) throw new Error(`${name} is not given`);
      const fits =
        (AllowedPattern === undefined || new RegExp(`^(?:${AllowedPattern})$`).test(value)) &&
        AllowedValues?.includes(value) !== false;
      if (!fits) throw new Error(`${name} does not take ${value}`);
      return [name, value];
    }),
  );
}
