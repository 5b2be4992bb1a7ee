// SPDX-License-Identifier: Apache-2.0
// The parts of the bundle that the sign-in page does without.
import {lazy} from 'react';
import {t} from './en';

// Loads a part. An upgraded server has it under another name: the page must be loaded again.
function part<Module>(load: () => Promise<Module>): () => Promise<Module> {
  return () =>
    load().catch(() => {
      throw new Error(t.errors.part);
    });
}

const kParts = {
  reseller: part(() => import('./reseller')),
  customer: part(() => import('./customer')),
  sandbox: part(() => import('./sandbox')),
};

export const ResellerPages = lazy(async () => ({default: (await kParts.reseller()).ResellerPages}));
export const CustomerPages = lazy(async () => ({default: (await kParts.customer()).CustomerPages}));
export const SandboxPages = lazy(async () => ({default: (await kParts.sandbox()).SandboxPages}));

const ignore = () => undefined; // the page that needs the part says that it failed

// Loads the part of the page that is open, beside the session.
export function loadOpenPart(): void {
  const [, name] = /^\/portal\/(\w+)/.exec(location.pathname) ?? [];
  if (name && name in kParts) kParts[name as keyof typeof kParts]().catch(ignore);
}

// Loads the others, so that their pages open at once, also while the server is restarted.
export function loadOtherParts(): void {
  for (const load of Object.values(kParts)) load().catch(ignore);
}
