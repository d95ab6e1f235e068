// Packages with machine code. The pack does not carry them: it asks npm for them as optional, loads one when it is needed, and
// says so when it is not there.
import type { Plugin } from 'esbuild';

/** What our code imports of each by name, besides its default export. */
const EXPORTS: Readonly<Record<string, readonly string[]>> = { koffi: [], serialport: ['SerialPort'] };
/** Loaded by its user, late, already. */
const LATE = ['socketcan'];

export const NATIVE_PACKAGES: readonly string[] = [...Object.keys(EXPORTS), ...LATE];

/** Puts a stand-in in place of each, which loads the real one at its first use. */
export const nativePackages: Plugin = {
  name: 'native-packages',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(?:${Object.keys(EXPORTS).join('|')})$`);
    onResolve({ filter }, ({ path }) => ({ path, namespace: 'native-package' }));
    onLoad({ filter: /.*/, namespace: 'native-package' }, ({ path }) => ({ contents: standIn(path), loader: 'js' }));
  },
};

function standIn(name: string): string {
  const advice = `the npm package ${name} is not installed; run npm install ${name} in the folder of Node-RED`;
  return `import { createRequire } from 'node:module';
const load = () => {
  try { return createRequire(import.meta.url)(${JSON.stringify(name)}); }
  catch (cause) { throw new Error(${JSON.stringify(advice)}, { cause }); }
};
const late = find => new Proxy(function () {}, {
  get: (_target, key) => Reflect.get(find(), key),
  construct: (_target, given) => Reflect.construct(find(), given),
  apply: (_target, self, given) => Reflect.apply(find(), self, given),
});
export default late(() => { const loaded = load(); return loaded.default ?? loaded; });
${(EXPORTS[name] ?? []).map(each => `export const ${each} = late(() => load().${each});`).join('\n')}
`;
}
