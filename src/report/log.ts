import * as core from '@actions/core';
import { type Diagnostic, describe } from '../settings/diagnostics.ts';
import { forLog } from './escape.ts';
import type { Failure } from './run.ts';

/*
 * The log: what every run may print, also one that is refused before there is a plan.
 */

/** Where the log is printed. */
export interface LogOutput {
  info(text: string): void;
  progress(text: string): void;
  notice(note: Diagnostic): void;
  warning(note: Diagnostic): void;
  debug(text: string): void;
  fault(note: Diagnostic): void;
  fail(failure: Failure): void;
}

const RUNNER: LogOutput = {
  info: (text) => core.info(forLog(text)),
  progress: (text) => core.info(forLog(text)),
  notice: (note) => core.notice(forLog(describe(note)), place(note)),
  warning: (note) => core.warning(forLog(describe(note)), place(note)),
  debug: (text) => core.debug(forLog(text)),
  fault: (note) => core.error(forLog(describe(note)), place(note)),
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

/** Tells how far a long piece of work has come. */
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

export function fault(note: Diagnostic): void {
  output.fault(note);
}

/** Fails the step: why stands as the last error, with the word of `failure-reason`, and the exit code is 1. */
export function fail(failure: Failure): void {
  output.fail(failure);
}

/** Only a file that git tracks gives an annotation a place. */
function place({ trackedFile: file, line }: Diagnostic): { file?: string; startLine?: number } {
  if (file === undefined) return {};
  return line === undefined ? { file } : { file, startLine: line };
}
