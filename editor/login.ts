// The login of the editor, for requests that do not go through Node-RED's own.

/** Its token, or '' where nobody needs to log in. */
export function loginToken(): string {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem('auth-tokens') ?? '{}');
    const token = (saved as { readonly access_token?: unknown } | null)?.access_token;
    return typeof token === 'string' ? token : '';
  } catch {
    return '';
  }
}
