import type { Terminal } from '../../src/cli/terminal.ts';
import { plainText, type Span } from '../../src/cli/text.ts';

/** A terminal without streams: it keeps what is printed, and gives the answers in turn. */
export interface RecordedTerminal extends Terminal {
  readonly output: string[];
  readonly errors: string[];
  readonly questions: string[];
}

export function recordTerminal(answers?: ReadonlyArray<string | undefined>): RecordedTerminal {
  const [output, errors, questions]: [string[], string[], string[]] = [[], [], []];
  const print = (...spans: readonly Span[]) => void output.push(plainText(spans));
  return {
    output,
    errors,
    questions,
    width: Number.POSITIVE_INFINITY,
    isInteractive: answers !== undefined,
    print,
    printIndented: (_, ...spans) => print(...spans),
    printCommand: print,
    printText: print,
    printDocument: print,
    printJson: (value) => print(JSON.stringify(value)),
    say: (...spans) => void errors.push(plainText(spans)),
    progress: () => {},
    waitFor: () => {},
    ask: async (question) => answers?.[questions.push(question) - 1],
    hide: () => {},
    shown: (text) => text,
  };
}
