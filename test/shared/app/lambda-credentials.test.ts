// The credentials of bundled functions.

import { afterEach, expect, it, vi } from 'vitest';
import { defaultProvider } from '../../../shared/app/lambda-credentials.ts';

afterEach(() => void vi.unstubAllEnvs());

it('are read for each request, so that a renewed token is used at once', async () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'a-function');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'key');
  const provider = defaultProvider();
  for (const token of ['expired', 'renewed']) {
    vi.stubEnv('AWS_SESSION_TOKEN', token);
    expect(await provider()).toMatchObject({ accessKeyId: 'AKID', sessionToken: token });
  }
});

it('are refused outside Lambda, whatever else is set', async () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', undefined);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'key');
  await expect(defaultProvider()()).rejects.toMatchObject({
    name: 'BadConfig',
    field: 'AWS_LAMBDA_FUNCTION_NAME',
  });
});
