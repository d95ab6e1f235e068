// What is wrong with a wire, in the words of the compiler: what it is, what the other end takes, where it could go.

type Translate = (key: string, values?: Readonly<Record<string, unknown>>) => string;

export interface WireFault {
  /** `eth0 of robot-a`, or the node. */
  readonly start: string;
  /** It only lets through what comes in. */
  readonly passes: boolean;
  readonly kinds: readonly string[];
  readonly target: { readonly label: string; readonly accepts: readonly string[] };
  /** Name of the node it was probably meant for. */
  readonly nearest: string | undefined;
}

/** One or two sentences, as plain text. */
export function faultText({ start, passes, kinds, target, nearest }: WireFault, translate: Translate): string {
  const is = translate(passes ? 'wire.carries' : 'wire.is', { start, kinds: listed(kinds, 'kind', translate) });
  const taken = listed(target.accepts, 'from', translate);
  const takes = translate(taken === '' ? 'wire.takesNone' : 'wire.takes', { target: target.label, taken });
  // Of several kinds that may go through, the first stands for all; what it takes says the rest.
  const goes = translate(`goesTo.${kinds[0] ?? 'message'}`);
  const near = nearest === undefined ? '' : `; ${translate('wire.nearest', { nearest })}`;
  return `${is}, ${takes} ${goes}${near}.`;
}

/** `a`, `a or b`, `a, b or c`. @param words  catalogue of the words: `kind`, `from` */
export function listed(kinds: readonly string[], words: 'kind' | 'from', translate: Translate): string {
  const texts = kinds.map(kind => translate(`${words}.${kind}`));
  if (texts.length < 2) return texts[0] ?? '';
  return `${texts.slice(0, -1).join(', ')} ${translate('wire.or')} ${texts.at(-1)}`;
}
