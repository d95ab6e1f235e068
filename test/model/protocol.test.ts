import assert from 'node:assert/strict';
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import { option, protocolFields } from '../../runtime/model/protocol.ts';

const options = z.object({
  host: option(fields.text(253), { title: 'Host' }),
  port: option(fields.integer(1, 65_535).default(1_883), { title: 'Port', unit: 'number', help: 'Of the broker.' }),
  secure: option(fields.flag().default(true), { title: 'TLS' }),
  level: option(fields.choice(['0', '1']).default('1'), { title: 'QoS', only: { field: 'secure', is: ['true'] } }),
  password: option(fields.text(64).default(''), { title: 'Password', secret: true }),
  topics: option(fields.rows(z.object({ filter: option(fields.text(10), { title: 'Filter' }) }), 9).default([]), {
    title: 'Topics',
  }),
});

describe('the declaration of a protocol', () => {
  it('gives a form its fields as plain data, with bounds, choices, units and defaults from the schema alone', () => {
    const drawn = protocolFields({ options });
    assert.deepEqual(JSON.parse(JSON.stringify(drawn)), drawn);
    assert.deepEqual(drawn, [
      { field: 'host', kind: 'text', title: 'Host' },
      {
        ...{ field: 'port', kind: 'number', title: 'Port', unit: 'number', help: 'Of the broker.' },
        ...{ fallback: 1_883, least: 1, most: 65_535 },
      },
      { field: 'secure', kind: 'switch', title: 'TLS', fallback: true },
      {
        ...{ field: 'level', kind: 'choice', title: 'QoS', only: { field: 'secure', is: ['true'] } },
        ...{ fallback: '1', choices: ['0', '1'] },
      },
      { field: 'password', kind: 'text', title: 'Password', secret: true, fallback: '' },
      {
        ...{ field: 'topics', kind: 'list', title: 'Topics', fallback: [] },
        rows: [{ field: 'filter', kind: 'text', title: 'Filter' }],
      },
    ]);
  });

  it('still is the schema that checks what was filled in', () => {
    assert.deepEqual(options.parse({ host: ' broker ', port: '8883' }), {
      ...{ host: 'broker', port: 8_883, secure: true, level: '1', password: '', topics: [] },
    });
    assert.equal(options.safeParse({}).success, false);
  });
});
