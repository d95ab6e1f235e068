// Why a request was refused, for people: the fact, then what to do.
import { RequestRefused } from './client.ts';
import type { Words } from './words.ts';

/** The platform writes some of its facts with a full stop and some without; all are a sentence here. */
export function refusalText(error: unknown, words: Words): string {
  if (!(error instanceof RequestRefused) || error.message === '') return words('platform.away');
  const { message, remedy } = error;
  return remedy === '' || message.endsWith('.') ? `${message} ${remedy}`.trim() : `${message}. ${remedy}`;
}
