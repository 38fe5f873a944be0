import { ACCOUNT, type Input, REGION, Refusal, type Request, type Service } from './protocol.ts';

/** Faults in which the call is answered with an error and not applied. */
type Refused =
  | 'throttle'
  | 'too-many-requests'
  | 'server-error'
  | 'html'
  | 'access-denied'
  | 'expired-token'
  | 'clock-skew'
  | 'conflict'
  | 'not-found';
/** Faults of the way: what happens to the connection, or to the answer of a call that was applied. */
type Broken = 'reset-before' | 'reset-after' | 'reset-body' | 'hang' | 'cut-json';
export interface OwnFault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}
export type FaultKind = Refused | Broken | OwnFault;

/** What decides over a request as it comes; one that is waited for holds it up meanwhile. */
export type Tampered<F> = F | undefined | Promise<F | undefined>;

export interface FaultRule {
  /** The operation's name, with its service before it where two share it (`logs.TagResource`), or a pattern for either. */
  readonly operation: string | RegExp;
  readonly when?: (input: Input) => boolean;
  /** Lets the first n matching calls pass. */
  readonly skip?: number;
  /** How many calls it hits: 1 by default. */
  readonly times?: number;
  readonly kind: FaultKind;
}

export const matches = (pattern: string | RegExp, { service, operation }: Request): boolean =>
  [operation, `${service}.${operation}`].some((name) =>
    typeof pattern === 'string' ? name === pattern : name.search(pattern) >= 0,
  );

/** The rules in force, each with its own count. The first that hits a call takes it. */
export class Faults {
  #rules: { rule: FaultRule; seen: number }[] = [];

  add(rule: FaultRule): void {
    this.#rules.push({ rule, seen: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  take(request: Request): FaultKind | undefined {
    for (const entry of this.#rules) {
      const { operation, when, skip = 0, times = 1, kind } = entry.rule;
      if (entry.seen >= skip + times || !matches(operation, request) || when?.(request.input) === false)
        continue;
      entry.seen++;
      if (entry.seen > skip) return kind;
    }
    return undefined;
  }
}

export const isBroken = (kind: FaultKind): kind is Broken =>
  typeof kind === 'string' &&
  ['reset-before', 'reset-after', 'reset-body', 'hang', 'cut-json'].includes(kind);

/** The error that a service answers. `html` is the one that is no error of a service at all. */
export function describeFault(kind: Exclude<FaultKind, Broken | 'html'>, request: Request): Refusal {
  const sts = request.service === 'sts';
  if (typeof kind === 'object') return new Refusal(kind.code, kind.message, kind.status);
  switch (kind) {
    case 'throttle':
      return new Refusal(sts ? 'Throttling' : 'ThrottlingException', 'Rate exceeded');
    case 'too-many-requests':
      return new Refusal('TooManyRequestsException', 'Too Many Requests', 429);
    case 'server-error':
      return new Refusal(
        sts ? 'InternalFailure' : 'InternalServerError',
        'An error occurred on the server side.',
        500,
      );
    case 'access-denied':
      return denyAccess(request);
    case 'expired-token': {
      const message = 'The security token included in the request is expired';
      return sts ? new Refusal('ExpiredToken', message, 403) : new Refusal('ExpiredTokenException', message);
    }
    case 'clock-skew': {
      const message =
        'Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z (20260101T001000Z - 5 min.)';
      return sts
        ? new Refusal('SignatureDoesNotMatch', message, 403)
        : new Refusal('InvalidSignatureException', message);
    }
    case 'conflict':
      return new Refusal(...CONFLICTS[request.service]);
    case 'not-found':
      return new Refusal(...MISSING[request.service]);
  }
}

const CONFLICTS: Record<Service, [code: string, message: string]> = {
  ssm: ['TooManyUpdates', 'There are concurrent updates for a resource that supports one update at a time.'],
  logs: [
    'OperationAbortedException',
    'A conflicting operation is currently in progress against this resource. Please try again.',
  ],
  secretsmanager: [
    'InvalidRequestException',
    "You can't create this secret because a secret with this name is already scheduled for deletion.",
  ],
  ecr: ['RepositoryAlreadyExistsException', 'The repository already exists in the registry'],
  sts: ['RegionDisabledException', 'STS is not activated in this region for this account.'],
  other: ['ConflictException', 'A conflicting operation is in progress.'],
};

const MISSING: Record<Service, [code: string, message: string]> = {
  ssm: ['ParameterNotFound', 'The parameter could not be found.'],
  logs: ['ResourceNotFoundException', 'The specified log group does not exist.'],
  secretsmanager: ['ResourceNotFoundException', "Secrets Manager can't find the specified secret."],
  ecr: ['RepositoryNotFoundException', 'The repository does not exist in the registry'],
  sts: ['InvalidAction', 'Could not find operation'],
  other: ['ResourceNotFoundException', 'The resource does not exist.'],
};

function denyAccess(request: Request): Refusal {
  const { service, operation } = request;
  const action = `${service}:${operation}`;
  const user = `arn:aws:sts::${ACCOUNT}:assumed-role/deployer/session`;
  const message = `User: ${user} is not authorized to perform: ${action} on resource: ${findResource(request)} because no identity-based policy allows the ${action} action`;
  return service === 'sts'
    ? new Refusal('AccessDenied', message, 403)
    : new Refusal('AccessDeniedException', message);
}

function findResource({ service, input }: Request): string {
  const named = (member: string) => {
    const value = input[member];
    return typeof value === 'string' ? value : Array.isArray(value) ? String(value[0]) : undefined;
  };
  const arn = (name: string | undefined, before: string, after = '') =>
    name?.startsWith('arn:')
      ? name
      : `arn:aws:${service}:${REGION}:${ACCOUNT}:${name === undefined ? '*' : `${before}${name}${after}`}`;
  switch (service) {
    case 'ssm': {
      const name = named('Name') ?? named('Names') ?? named('Path') ?? named('ResourceId');
      return arn(name?.replace(/^\//, ''), 'parameter/');
    }
    case 'secretsmanager':
      return arn(named('Name') ?? named('SecretId') ?? named('SecretIdList'), 'secret:');
    case 'logs':
      return arn(
        named('logGroupName') ?? named('logGroupNamePrefix') ?? named('resourceArn'),
        'log-group:',
        ':*',
      );
    case 'ecr':
      return arn(named('repositoryName') ?? named('repositoryNames') ?? named('resourceArn'), 'repository/');
    default:
      return '*';
  }
}
