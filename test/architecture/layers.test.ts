import assert from 'node:assert/strict';
import { findCycle, readSources, type SourceFile } from './imports.ts';

/** What each room may import of ours; itself always. The first row that fits a path is its room. */
const ROOMS: readonly { readonly room: RegExp; readonly name: string; readonly may: RegExp }[] = [
  { room: /^runtime\/model\//, name: 'model', may: /^runtime\/model\// },
  { room: /^runtime\/compile\//, name: 'compile', may: /^runtime\/(model|compile|hardware\/closure)\// },
  { room: /^runtime\/plan\//, name: 'plan', may: /^runtime\/(model|plan)\// },
  { room: /^runtime\/host\//, name: 'host', may: /^runtime\/(model|host)\// },
  { room: /^runtime\/switch\//, name: 'switch', may: /^runtime\/(model|switch)\// },
  {
    room: /^runtime\/hardware\/closure\//,
    name: 'claims on hardware',
    may: /^runtime\/(model\/|hardware\/(closure\/|pci-address\.ts$))/,
  },
  { room: /^runtime\/hardware\//, name: 'hardware', may: /^runtime\/(model|host|hardware)\// },
  { room: /^runtime\/attest\//, name: 'attest', may: /^runtime\/(model|attest)\// },
  { room: /^runtime\/lanes\//, name: 'lanes', may: /^runtime\/(model|lanes)\// },
  { room: /^runtime\/protocols\//, name: 'protocols', may: /^runtime\/(model|host|lanes|protocols)\// },
  { room: /^runtime\/drivers\/catalog\.ts$/, name: 'driver catalog', may: /^runtime\/(drivers|host)\// },
  {
    room: /^runtime\/drivers\//,
    name: 'drivers',
    may: /^runtime\/(model|host|switch|lanes|protocols|attest|drivers)\//,
  },
  { room: /^runtime\/explain\//, name: 'explain', may: /^runtime\/(model|switch|lanes|protocols|explain)\// },
  { room: /^runtime\/convert\//, name: 'convert', may: /^runtime\/(model|compile|hardware|convert)\// },
  { room: /^runtime\/agent\//, name: 'agent', may: /^runtime\/(model|plan|host|hardware|agent)\// },
  {
    room: /^runtime\/platform\//,
    name: 'platform',
    may: /^runtime\/(model|compile|plan|host|hardware|explain|convert|agent|platform)\//,
  },
  {
    room: /^runtime\/server\//,
    name: 'server',
    may: /^runtime\/(model|compile|plan|host|agent|protocols|platform|server)\//,
  },
  {
    room: /^runtime\/(main\.ts|cli\.ts|cli\/)/,
    name: 'composition roots',
    may: /^(runtime|nodes\/catalog\.ts$|nodes\/[^/]+\/[^/]+\.ts$|package\.json$)/,
  },
  { room: /^nodes\/catalog\.ts$/, name: 'node catalog', may: /^(nodes|runtime\/model)\// },
  {
    room: /^nodes\//,
    name: 'nodes',
    may: /^(nodes\/|editor\/|runtime\/(model|hardware|protocols|platform|compile|drivers|agent|host|plan)\/)/,
  },
  {
    room: /^editor\//,
    name: 'editor',
    may: /^(editor\/|runtime\/(model|platform|convert)\/|runtime\/protocols\/can\/(dbc\/|frame\.ts$))/,
  },
];

/** Pure code of the runtime that runs in browsers too. */
const FOR_BROWSERS = /^runtime\/protocols\/can\/(dbc\/|frame\.ts$)/;

const sources = readSources('runtime', 'nodes', 'editor');

function roomOf(path: string) {
  return ROOMS.find(row => row.room.test(path));
}

function offenders(bad: (file: SourceFile) => string[]): string[] {
  return sources.flatMap(file => bad(file).map(what => `${file.path}: ${what}`));
}

describe('the house', () => {
  it('has a room for every source file', () => {
    assert.ok(sources.length > 30, 'the sources were found');
    assert.deepEqual(
      sources.filter(file => roomOf(file.path) === undefined).map(file => file.path),
      [],
    );
  });

  it('lets arrows point only down the layers', () => {
    assert.deepEqual(
      offenders(file => file.imports.filter(target => !roomOf(file.path)?.may.test(target))),
      [],
    );
  });

  it('has no import cycles', () => assert.equal(findCycle(sources), undefined));

  it('keeps drivers from importing each other, and protocols too', () => {
    const place = (path: string) => /^runtime\/(drivers|protocols)\/([^/]+)\//.exec(path) ?? undefined;
    const bad = ({ path, imports }: SourceFile) => {
      const own = place(path);
      return imports.filter(
        target => own !== undefined && place(target)?.[1] === own[1] && place(target)?.[2] !== own[2],
      );
    };
    assert.deepEqual(offenders(bad), []);
  });

  it('reaches processes and files of a gateway only through host/', () => {
    const closed = /^(node:)?(child_process|fs|fs\/promises)$/;
    // The server and the composition roots read their own configuration and files; what runs on a gateway does not.
    const bound =
      /^(runtime\/(model|compile|plan|hardware|attest|lanes|protocols|drivers|agent|platform)|nodes|editor)\//;
    const bad = (file: SourceFile) => (bound.test(file.path) ? file.packages.filter(name => closed.test(name)) : []);
    assert.deepEqual(offenders(bad), []);
    const spawning = offenders(file =>
      file.path.startsWith('runtime/host/') ? [] : file.packages.filter(name => name.includes('child_process')),
    );
    assert.deepEqual(spawning, []);
  });

  it('names RED only in the pack registration, the plugin and the browser code', () => {
    const allowed = /^(nodes\/(register|plugin)|editor\/|nodes\/[^/]+\/[^/]+\.editor\.ts|runtime\/server\/)/;
    const bad = (file: SourceFile) => (!allowed.test(file.path) && /\bRED\./.test(file.text) ? ['uses RED'] : []);
    assert.deepEqual(offenders(bad), []);
  });

  it('lets the editor import only types of the runtime, and how DBC files are read', () => {
    const bad = (file: SourceFile) =>
      file.path.startsWith('editor/')
        ? [...file.text.matchAll(/^import (?!type\b)[^;]*from '(?:\.\.\/)+(runtime[^']*)'/gm)]
            .map(([, target = '']) => target)
            .filter(target => !FOR_BROWSERS.test(target))
        : [];
    assert.deepEqual(offenders(bad), []);
  });

  it('keeps what browsers load of the runtime free of everything else', () => {
    const loaded = sources.filter(({ path }) => FOR_BROWSERS.test(path));
    assert.ok(loaded.length > 3);
    for (const { path, imports, packages } of loaded)
      assert.deepEqual([packages, imports.filter(target => !FOR_BROWSERS.test(target))], [[], []], path);
  });

  it('has no file over 300 lines', () => {
    assert.deepEqual(
      offenders(file => (file.text.split('\n').length > 301 ? [`${file.text.split('\n').length - 1} lines`] : [])),
      [],
    );
  });

  it('has no file or folder with a name that says nothing', () => {
    const empty = /(^|\/)(utils?|helpers?|common|manager|service|base|misc|data|info)(\.ts|\/)/;
    assert.deepEqual(
      sources.filter(file => empty.test(file.path)).map(file => file.path),
      [],
    );
  });
});
