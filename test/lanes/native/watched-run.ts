// Runs in a process of its own under the sanitizers: one wrong access to memory ends it. Argument: the addon's file.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { loadAddon } from '../../../runtime/lanes/native/addon.ts';
import { abuse, mangle } from './abuse.ts';
import { exchange } from './exchange.ts';
import { fuzzFilters } from './filter-fuzz.ts';

const loaded = loadAddon(process.argv[2] ?? '');
if ('why' in loaded) throw new Error(loaded.why);
const { addon } = loaded;
const descriptors = () => readdirSync('/proc/self/fd').length;

const before = descriptors();
const calls = abuse(addon);
const { taken, refused } = mangle(addon, 150);
const { frames } = fuzzFilters({ 'the watched addon': addon }, 40, 20);
const bytes = await exchange(addon, 40);
assert.equal(descriptors(), before, 'descriptors are left over');
process.stdout.write(`${JSON.stringify({ calls, taken, refused, frames, bytes })}\n`);
