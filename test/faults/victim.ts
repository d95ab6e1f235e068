// Entry of a process that runs one job and, as a rule, does not live to its end. `node victim.ts JOB.json`
import { readFileSync, writeFileSync } from 'node:fs';
import { type Job, runJob } from './job.ts';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('say which job: node victim.ts JOB.json');
const job = JSON.parse(readFileSync(path, 'utf8')) as Job;
writeFileSync(`${path}.verdict`, JSON.stringify(await runJob(job)));
