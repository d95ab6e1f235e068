// A deploy that the server refuses because somebody else deployed meanwhile: shows what both did and merges it, in place of
// Node-RED's own dialog. Where that cannot be shown, Node-RED's dialog comes after all.
import { request, SOON_MS } from '../client.ts';
import type { Words } from '../words.ts';
import { followBackground } from './background.ts';
import { type Base, drawn, rememberBases } from './bases.ts';
import { nodesChanged } from './changes.ts';
import type { Compared } from './compared.ts';
import { mergeView } from './merge-view.ts';
import { takeOver } from './take-over.ts';
import { merge, type Side } from './three-way.ts';

const CONFLICT = 409;

interface Stored {
  readonly flows: readonly unknown[];
  readonly rev: string;
}

type Notify = (text: string, type: 'success' | 'warning') => void;

export function mergeStaleDeploys(words: Words, notify: Notify): void {
  const bases = rememberBases();
  let deploying = false;
  let shown: Promise<void> | undefined;
  // Who asks again while it is put together gets the same one.
  const show = () => {
    shown ??= review(bases, words, notify, background.settled).finally(() => {
      shown = undefined;
    });
    return shown;
  };
  const background = followBackground(
    words,
    () => deploying,
    () => void show().catch(() => notify(words('platform.away'), 'warning')),
  );
  $.ajaxPrefilter((options, _given, answer) => {
    if (options.url !== 'flows' || options.type !== 'POST') return;
    deploying = true;
    const fail = answer.fail.bind(answer) as (...callbacks: readonly Callback[]) => unknown;
    const meet = (callback: Callback): Callback =>
      function (this: unknown, ...told) {
        const usual = () => callback.apply(this, [...told]);
        if (answer.status !== CONFLICT) return usual();
        RED.nodes.dirty(true);
        show().catch(usual);
      };
    answer.fail = ((...callbacks: readonly Callback[]) =>
      fail(...callbacks.filter(callback => typeof callback === 'function').map(meet))) as never;
    answer.always(() => {
      deploying = false;
    });
  });
}

type Callback = (this: unknown, ...told: readonly unknown[]) => void;

/** Shows what both did, and puts it together when somebody says so. */
async function review(
  bases: ReturnType<typeof rememberBases>,
  words: Words,
  notify: Notify,
  settled: () => void,
): Promise<void> {
  const stored = await storedFlow();
  const base = bases.of(RED.nodes.version());
  const theirs: Side = { from: base.stored, to: stored.flows };
  const [user, meaningMine, meaningTheirs] = await Promise.all([
    lastDeployer(),
    compared({ from: base.shown, to: drawn() }),
    compared(theirs),
  ]);
  // Only the dialog keeps people from drawing on; what they drew while it was put together counts.
  const mine: Side = { from: base.shown, to: drawn() };
  const changed = new Set(nodesChanged(mine.from, mine.to).map(({ node }) => node));
  const sides = { mine, theirs };
  const meaning = { mine: meaningMine, theirs: meaningTheirs };
  const { conflicts } = merge(mine, theirs);
  const view = mergeView({ user, sides, meaning, conflicts, isMine: changed.size > 0 }, words, (choices, deploys) => {
    const { flow } = merge(mine, theirs, choices);
    remember(bases, base, stored);
    takeOver(flow, stored.flows, stored.rev, changed);
    settled();
    if (deploys) RED.actions.invoke('core:deploy-flows');
    else if (changed.size > 0) notify(words('merge.merged'), 'success');
  });
  view.open();
}

/** An undo leads back to what was before the merge, and to its revision. */
function remember(bases: ReturnType<typeof rememberBases>, base: Base, { flows, rev }: Stored): void {
  const before = RED.nodes.version();
  if (before !== null) bases.add(before, base);
  bases.add(rev, { stored: flows, shown: flows });
}

function storedFlow(): Promise<Stored> {
  return new Promise((resolve, reject) => {
    $.ajax({
      url: 'flows',
      cache: false,
      dataType: 'json',
      timeout: SOON_MS,
      headers: { accept: 'application/json', 'Node-RED-API-Version': 'v2' },
      success: (answer: unknown) => {
        const { flows, rev } = (answer ?? {}) as Partial<Stored>;
        if (Array.isArray(flows) && typeof rev === 'string') resolve({ flows, rev });
        else reject(new Error('the server says something else than a flow'));
      },
      error: answer => reject(new Error(answer.statusText)),
    });
  });
}

/** What a change means for gateways; nothing where the platform does not say. */
async function compared({ from, to }: Side): Promise<Compared | undefined> {
  try {
    return (await request('POST', 'compare', SOON_MS, { from, to })) as Compared;
  } catch {
    return undefined; // nodes and fields are told all the same
  }
}

/** Who deployed last, where people log in. */
async function lastDeployer(): Promise<string | undefined> {
  if (RED.settings.user === undefined) return undefined;
  try {
    const { entries } = (await request('GET', 'audit', SOON_MS)) as {
      readonly entries: readonly { readonly action: string; readonly user: string }[];
    };
    return entries.findLast(({ action }) => action === 'deploy')?.user;
  } catch {
    return undefined; // somebody
  }
}
