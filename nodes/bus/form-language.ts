// The form of a protocol in the language of the editor. What is not translated stays as it was declared. Pure.
import type { ProtocolField, Translation } from '../../runtime/model/protocol.ts';

interface Form {
  readonly title: string;
  readonly summary: string;
  readonly fields: readonly ProtocolField[];
  readonly translations: Readonly<Record<string, Translation>>;
}

/** @param language  `de`, or `de-CH` */
export function inLanguage<T extends Form>(form: T, language: string): T {
  const words = form.translations[language] ?? form.translations[language.split('-')[0] ?? ''];
  if (words === undefined) return form;
  const { title, summary, options } = words;
  return { ...form, title, summary, fields: form.fields.map(field => translated(field, field.field, options)) };
}

function translated(field: ProtocolField, name: string, options: Translation['options']): ProtocolField {
  const { rows } = field;
  return {
    ...field,
    ...options[name],
    ...(rows === undefined ? {} : { rows: rows.map(row => translated(row, `${name}.${row.field}`, options)) }),
  };
}
