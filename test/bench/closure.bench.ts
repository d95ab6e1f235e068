// How long it takes to prove the claims of a drawing while somebody draws: here, and in a browser.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { openBrowser } from '../browser/browser.ts';
import { DEVICES, largeSite, proveLargeSite } from './closure/large-site.ts';
import { type Bench, type Figure, summarize, timeMs } from './harness.ts';

const ROUNDS = 21;
const GOAL = { better: 'lower', gate: 100, extreme: 20 } as const;
const ENTRY = `
  import { largeSite, proveLargeSite } from './large-site.ts';
  const site = largeSite();
  globalThis.roundMs = () => {
    const start = performance.now();
    proveLargeSite(site);
    return performance.now() - start;
  };
`;

async function here(): Promise<Figure> {
  const site = largeSite();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await timeMs(() => proveLargeSite(site)));
  const what = `a drawing of 200 nodes on a box of which ${DEVICES} devices are claimed, in Node`;
  return { id: 'node', what, unit: 'ms', ...summarize(times), goal: GOAL };
}

async function inChromium(): Promise<readonly Figure[]> {
  const resolveDir = fileURLToPath(new URL('./closure', import.meta.url));
  const { outputFiles } = await build({
    ...{ bundle: true, write: false, format: 'iife', target: 'es2023', logLevel: 'silent' },
    stdin: { contents: ENTRY, resolveDir, loader: 'ts' },
  });
  const browser = await openBrowser();
  try {
    await browser.page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
    const times = await browser.page.evaluate(
      rounds => Array.from({ length: rounds }, () => (globalThis as unknown as { roundMs(): number }).roundMs()),
      ROUNDS,
    );
    const [first = Number.NaN] = times;
    return [
      { id: 'chromium', what: 'the same in Chromium', unit: 'ms', ...summarize(times), goal: GOAL },
      { id: 'chromium-first', what: 'its first proof, before anything is compiled', unit: 'ms', ...summarize([first]) },
    ];
  } finally {
    await browser.close();
  }
}

export const bench: Bench = {
  what: 'what VMs take along with their devices, proven while one draws',
  label: 'real',
  async run(note) {
    note('Node');
    const node = await here();
    note('Chromium');
    return [node, ...(await inChromium())];
  },
};
