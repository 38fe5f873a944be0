export interface Block {
  readonly page: string;
  /** Counted on its page, from 1. */
  readonly number: number;
  /** The last one above it; empty below the title alone. */
  readonly heading: string;
  readonly text: string;
  /** `file` is configuration, and whatever else is no workflow. */
  readonly kind: 'workflow' | 'steps' | 'file';
}
export function readBlocks(): Block[];
export function jobOf(steps: string): string;
