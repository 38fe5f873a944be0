import type { FailureReason } from '../clients/explanation.ts';

/** @returns a link to what the documentation says of a reason */
export function troubleshootingLink(reason: FailureReason): string {
  return `[Troubleshooting: ${reason}](https://github.com/papyrus/aws-bootstrap/blob/v1/docs/troubleshooting.md#${reason})`;
}
