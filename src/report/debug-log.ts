import { debug } from './log.ts';

/** A call to AWS, without its values. */
interface Call {
  readonly operation: string;
  readonly resource: string;
  readonly attempt: number;
  readonly milliseconds: number;
  readonly error: string | undefined;
}

/** A call of a run with debug logging. */
export function call({ operation, resource, attempt, milliseconds, error }: Call): void {
  debug(`${operation} ${resource}: attempt ${attempt}, ${Math.round(milliseconds)} ms, ${error ?? 'ok'}`);
}
