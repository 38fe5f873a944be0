import type { IncomingHttpHeaders } from 'node:http';

/** How the five services are spoken to: four by JSON 1.1 with a target header, STS by a form and XML. */
export const SERVICES = {
  AmazonSSM: 'ssm',
  secretsmanager: 'secretsmanager',
  Logs_20140328: 'logs',
  AmazonEC2ContainerRegistry_V20150921: 'ecr',
} as const;
export type Service = (typeof SERVICES)[keyof typeof SERVICES] | 'sts' | 'other';

export const REGION = 'us-west-2';
export const ACCOUNT = '123456789012';

export type Input = Readonly<Record<string, unknown>>;
export interface Request {
  readonly service: Service;
  readonly operation: string;
  readonly input: Input;
}
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a service answers instead of doing it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** A refusal for what the request itself says, whatever exists in the account: a client that knows AWS never sends it. */
export class Invalid extends Refusal {}

export function parseRequest(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Request {
  const target = String(headers['x-amz-target'] ?? '');
  const [prefix = '', operation = ''] = target.split('.');
  const service = SERVICES[prefix as keyof typeof SERVICES];
  if (service) return { service, operation, input: parseJson(body) };
  const form = new URLSearchParams(body.toString());
  const action = form.get('Action');
  const isForm = String(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  if (isForm && action && form.get('Version') === '2011-06-15') {
    form.delete('Action');
    form.delete('Version');
    return { service: 'sts', operation: action, input: Object.fromEntries(form) };
  }
  const input = isForm && action ? Object.fromEntries(form) : {};
  return { service: 'other', operation: target || action || `${method} ${url}`, input };
}

function parseJson(body: Buffer): Input {
  try {
    return JSON.parse(body.toString() || '{}');
  } catch {
    throw new Refusal('SerializationException', 'The request is not JSON');
  }
}

export function reply(value: unknown): Reply {
  const body = Buffer.from(JSON.stringify(value));
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body };
}

/** As a service answers that is asked by a form, such as IAM: what is undefined is left out. */
export function replyByXml(operation: string, value: unknown): Reply {
  const inner = toXml(value);
  const text = `<${operation}Response><${operation}Result>${inner}</${operation}Result></${operation}Response>`;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body: Buffer.from(text) };
}

function toXml(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => `<member>${toXml(one)}</member>`).join('');
  if (typeof value !== 'object' || value === null) return escapeXml(String(value));
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([name, one]) => `<${name}>${toXml(one)}</${name}>`)
    .join('');
}

export function refuse(service: Service, { code, message, status }: Refusal): Reply {
  if (service === 'sts') {
    const type = status < 500 ? 'Sender' : 'Receiver';
    const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
    const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${error}</ErrorResponse>`;
    return { status, headers: { 'content-type': 'text/xml' }, body: Buffer.from(body) };
  }
  return { ...reply({ __type: code, message }), status };
}

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The error code that an answer carries. */
export function readError({ status, headers, body }: Reply): string | undefined {
  if (status < 400) return undefined;
  const text = body.toString();
  const inXml = /<Code>([^<]*)<\/Code>/.exec(text)?.[1];
  if (inXml) return inXml;
  try {
    const { __type } = JSON.parse(text) as { __type?: string };
    return String(__type ?? headers['x-amzn-errortype'] ?? status)
      .split('#')
      .at(-1);
  } catch {
    return String(status);
  }
}

/** AWS's generic sentence about a member that breaks its shape; it repeats what was sent. */
export function describeViolation(member: string, value: unknown, constraint: string): string {
  return `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${constraint}`;
}
