// The node types that the html of a node set registers, found without running it: by calls of `registerType` with plain values.
import { parse } from 'acorn';
import { simple } from 'acorn-walk';

const SCRIPT = /<script.+?type=['"]text\/javascript['"].*?>([\s\S]*?)<\/script>/gi;

/** Category of each type by its name. @throws SyntaxError when a script cannot be parsed */
export function declaredTypes(html: string): ReadonlyMap<string, string | undefined> {
  const types = new Map<string, string | undefined>();
  for (const [, script = ''] of html.matchAll(SCRIPT))
    simple(parse(script, { ecmaVersion: 'latest' }), {
      CallExpression({ callee, arguments: [type, definition] }) {
        if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return;
        if (callee.property.name !== 'registerType' || type?.type !== 'Literal') return;
        if (definition?.type !== 'ObjectExpression') return;
        const category = definition.properties.find(
          property =>
            property.type === 'Property' && property.key.type === 'Identifier' && property.key.name === 'category',
        );
        const value = category?.type === 'Property' ? category.value : undefined;
        types.set(String(type.value), value?.type === 'Literal' ? String(value.value) : undefined);
      },
    });
  return types;
}
