import * as core from '@actions/core';
import { type Diagnostic, describe } from '../settings/diagnostics.ts';
import { forLog } from './escape.ts';
import type { Failure } from './run.ts';

/*
 * The log of every run, including one that ends before there is a plan.
 */

/** Where the log is printed. */
export interface LogOutput {
  info(text: string): void;
  progress(text: string): void;
  notice(note: Diagnostic): void;
  warning(note: Diagnostic): void;
  debug(text: string): void;
  error(note: Diagnostic): void;
  fail(failure: Failure): void;
}

const print = (text: string) => core.info(forLog(text));

const annotate = (command: typeof core.notice) => (note: Diagnostic) =>
  command(forLog(describe(note)), place(note));

const RUNNER: LogOutput = {
  info: print,
  progress: print,
  notice: annotate(core.notice),
  warning: annotate(core.warning),
  debug: (text) => core.debug(forLog(text)),
  error: annotate(core.error),
  fail: ({ reason, text }) => core.setFailed(forLog(`${text} (failure-reason: ${reason})`)),
};

let output = RUNNER;

/** Prints the log elsewhere from here on: a terminal knows no workflow commands. */
export function logTo(other: LogOutput): void {
  output = other;
}

export function info(text: string): void {
  output.info(text);
}

/** Reports progress of long work. */
export function progress(text: string): void {
  output.progress(text);
}

export function notice(note: Diagnostic): void {
  output.notice(note);
}

export function warning(note: Diagnostic): void {
  output.warning(note);
}

/** @returns whether the run shows debug lines (RUNNER_DEBUG) */
export function isDebug(): boolean {
  return core.isDebug();
}

/** Only a run with debug logging shows it. */
export function debug(text: string): void {
  output.debug(text);
}

export function error(note: Diagnostic): void {
  output.error(note);
}

/** Fails the step: the last error has the reason with `failure-reason`, and the exit code is 1. */
export function fail(failure: Failure): void {
  output.fail(failure);
}

/** Only a file that git tracks gives an annotation a place. */
function place({ trackedFile: file, line }: Diagnostic): { file?: string; startLine?: number } {
  if (file === undefined) return {};
  return line === undefined ? { file } : { file, startLine: line };
}
